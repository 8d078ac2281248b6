"""What a reconcile run found, what became of it, and the page that shows it to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from html import escape
from string import Template
from typing import Any

from homeward.domain.reconciliation import Drift, Repair

SHOWN = 500  # findings on the page; the file has all of them
_ALARMING = frozenset({Drift.FACE_FOREIGN.value})
# What goes on by itself: the next sync fetches, the next run indexes, a refused picture stays refused.
_PATIENT = frozenset({Repair.FETCH_AGAIN.value, Repair.RESTORE_BYTES.value})
_REPAIRS = frozenset(repair.value for repair in Repair)

MEANING: Mapping[Drift, str] = {
    Drift.FACE_MISSING: "an indexed photo whose face is gone: indexed again",
    Drift.FACE_MISPLACED: "a photo's face is there under another id: its row follows",
    Drift.FACE_DUPLICATE: "a second face of the same photo: deleted",
    Drift.FACE_ORPHANED: "a face that no photo in use owns: deleted",
    Drift.ROW_MISSING: "something is left of an open case's photo that we have no record of: the next sync fetches it",
    Drift.FACE_FOREIGN: "a face that isn't named as ours are: a person must look",
    Drift.PHOTO_UNWANTED: "in use, though its case is closed or suppressed: leaves the collection",
    Drift.BYTES_MISSING: "a photo in use without its picture: its last version, or fetched again by the next sync",
    Drift.OBJECT_ORPHANED: "a picture of no photo: deleted",
    Drift.CASE_MISSING: "photos of a case that we hold no record of: fetched again by the next sync",
    Drift.CASE_FACELESS: "an open case whose pictures were all refused: it can't be found",
    Drift.PHOTO_WAITING: "admitted and not yet indexed: the run indexes it",
}


class Agreement(StrEnum):
    """How a run ended."""

    AGREED = "AGREED"  # nothing to repair
    UNCHANGED = "UNCHANGED"  # something to repair, and nothing was: a dry run, or too much
    REPAIRED = "REPAIRED"  # all of it was
    WAITING = "WAITING"  # all but what the next sync fetches
    LEFT = "LEFT"  # something is left that should not be


def build_report(
    run: str, before: Mapping[str, Any], after: Mapping[str, Any] | None, one_person: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """`before` and `after` are surveys; `after` is None when the run changed nothing, on purpose or because it failed.

    `one_person` are the pairs of cases that may be one person: `{"run", "at", "pairs": [{"cases", "similarity"}]}`,
    None when they were never measured.
    Returns `{"run", "outcome", "at", "held", "sources", "found", "repairs", "left", "findings", "one_person"}`;
    `findings` are those left.
    """
    now = after or before
    return {
        "run": run,
        "outcome": _outcome(before, after).value,
        "at": now["at"],
        "held": now["held"],
        "sources": now["sources"],
        "found": before["found"],
        "repairs": before["repairs"],
        "left": now["found"],
        "findings": now["findings"],
        "one_person": one_person,
    }


def _outcome(before: Mapping[str, Any], after: Mapping[str, Any] | None) -> Agreement:
    if not before["repairs"]:
        return Agreement.AGREED
    if after is None:
        return Agreement.UNCHANGED
    left = {finding["repair"] for finding in after["findings"] if "repair" in finding}
    if not left:
        return Agreement.REPAIRED
    return Agreement.WAITING if left <= _PATIENT else Agreement.LEFT


def alarm_text(report: Mapping[str, Any]) -> str | None:
    """What operators must hear of; None when there is nothing."""
    foreign = {name: count for name, count in report["left"].items() if name in _ALARMING}
    if report["outcome"] != Agreement.LEFT and not foreign:
        return None
    left = ", ".join(f"{count} {name}" for name, count in sorted(report["left"].items()))
    return f"reconcile run {report['run']} ended {report['outcome']}: {left}. Its report lists them."


def drift_left(report: Mapping[str, Any]) -> int:
    """How much of what is left should not be there: nobody mended it, and nothing mends it by itself.

    Where nothing was repaired nobody asked for what is to be fetched again, so that is left, too.
    """
    patient = frozenset() if report["outcome"] == Agreement.UNCHANGED else _PATIENT
    return sum(one["drift"] in _ALARMING or one.get("repair", "") in _REPAIRS - patient for one in report["findings"])


_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Reconcile $run</title>
<style>
 :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
 body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
 h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem }
 .outcome { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; color: #fff; background: #2e7d32 }
 .LEFT { background: #b71c1c } .UNCHANGED, .WAITING { background: #8a5a00 }
 .facts { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1rem 0 }
 .facts b { display: block; font-size: 1.3rem }
 table { border-collapse: collapse } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
 tr { border-bottom: 1px solid var(--line) } .n { text-align: right; font-variant-numeric: tabular-nums }
 .wide { overflow-x: auto } small, .none { opacity: .7 } code { overflow-wrap: anywhere }
</style>
<h1>Objects, tables and collection <span class="outcome $outcome">$outcome</span></h1>
<small><code>$run</code><br>as of $at</small>
<div class="facts">$facts</div>
<h2>What disagreed</h2>
$drifts
<h2>What is there now</h2>
$findings
<h2>One person under two cases?</h2>
$pairs
</html>
""")


def reconcile_page(report: Mapping[str, Any]) -> str:
    """HTML of a report: self-contained, no scripts, everything from outside escaped."""
    held = "".join(f"<span><b>{count:,}</b>{escape(name)}</span>" for name, count in report["held"].items())
    return _PAGE.substitute(
        run=escape(report["run"]),
        outcome=escape(report["outcome"]),
        at=escape(report["at"]),
        facts=held,
        drifts=_drifts(report),
        findings=_findings(report["findings"]),
        pairs=_one_person(report["one_person"]),
    )


def _drifts(report: Mapping[str, Any]) -> str:
    found, left = report["found"], report["left"]
    rows = "".join(
        f'<tr><td><code>{drift}</code><td class="n">{found.get(drift, 0):,}<td class="n">{left.get(drift, 0):,}'
        f"<td>{escape(meaning)}"
        for drift, meaning in MEANING.items()
        if drift in found or drift in left
    )
    head = '<tr><th>kind<th class="n">found<th class="n">left<th>what it is, and what becomes of it'
    return f'<div class="wide"><table>{head}{rows}</table></div>' if rows else '<p class="none">nothing</p>'


def _findings(findings: list[dict[str, str]]) -> str:
    if not findings:
        return '<p class="none">nothing: all three agree</p>'
    rows = "".join(_rows(findings[:SHOWN]))
    more = f"<p>... and {len(findings) - SHOWN:,} more in report.json</p>" if len(findings) > SHOWN else ""
    return f'<div class="wide"><table><tr><th>kind<th>what<th>why{rows}</table></div>{more}'


def _rows(findings: list[dict[str, str]]) -> Iterator[str]:
    for one in findings:
        what = one.get("photo") or one.get("case") or one.get("object_key") or one.get("face_id") or ""
        yield f"<tr><td><code>{escape(one['drift'])}</code><td><code>{escape(what)}</code>"
        yield f"<td><small>{escape(one.get('reason', ''))}</small>"


def _one_person(suspected: Mapping[str, Any] | None) -> str:
    if suspected is None:
        return '<p class="none">never measured: the DAG measure_bias compares all photos with each other</p>'
    since = f"as measured by <code>{escape(suspected['run'])}</code>, {escape(suspected['at'])}"
    if not suspected["pairs"]:
        return f'<p class="none">no pair, {since}</p>'
    rows = "".join(map(_pair, suspected["pairs"][:SHOWN]))
    head = '<tr><th>case<th>and<th class="n">similarity'
    return f'<p>For a person to judge, {since}:</p><div class="wide"><table>{head}{rows}</table></div>'


def _pair(pair: Mapping[str, Any]) -> str:
    cases = "".join(f"<td><code>{escape(case)}</code>" for case in pair["cases"])
    return f'<tr>{cases}<td class="n">{pair["similarity"]:.2f}'
