"""The report of a replay run as one page for people: self-contained, no scripts, everything from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from string import Template
from typing import Any

from homeward.domain.alerts import shown

_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Replay $run</title>
<style>
 :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
 body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
 h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem }
 .facts { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1rem 0 }
 .facts b { display: block; font-size: 1.3rem }
 table { border-collapse: collapse } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
 tr { border-bottom: 1px solid var(--line) } .n { text-align: right; font-variant-numeric: tabular-nums }
 .wide { overflow-x: auto } .more { color: #c62828; font-weight: 600 } .less { color: #1565c0; font-weight: 600 }
 small, .none { opacity: .7 } code { overflow-wrap: anywhere } ul { margin: .3rem 0; padding-left: 1.2rem }
</style>
<h1>What would have differed</h1>
<small><code>$run</code><br>$since to $until, under policy <b>$policy</b>$collection</small>
<div class="facts">$facts</div>
<h2>Verdicts</h2>
$matrix
$unknown
<h2>Detections that differ</h2>
$differing
<ul>$notes</ul>
</html>
""")

_ORDER = ("NOBODY", "DISCARD", "REVIEW", "ALERT")


def replay_page(report: Mapping[str, Any]) -> str:
    """HTML of a report as `build_report` makes it."""
    collection = f", collection <b>{escape(report['collection'])}</b>" if report["collection"] else ""
    missing = [f"batch {name} left no results; clear its task" for name in report["missing_batches"]]
    return _PAGE.substitute(
        run=escape(report["run"]),
        since=escape(report["since"]),
        until=escape(report["until"]),
        policy=escape(report["policy_version"]),
        collection=collection,
        facts="".join(f"<span><b>{value:,}</b>{escape(name)}</span>" for name, value in _facts(report)),
        matrix=_matrix(report["verdicts"]),
        unknown=_unknown(report["unknown"]),
        differing=_differing(report),
        notes="".join(f"<li>{escape(line)}" for line in (*missing, *report["notes"])),
    )


def _facts(report: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    yield "detections", report["detections"]
    yield "would differ", sum(report["changes"].values())
    yield "searched again", report["sources"].get("SEARCHED", 0)
    yield "can't be told", sum(report["unknown"].values())


def _matrix(verdicts: Mapping[str, int]) -> str:
    """Rows: what was decided; columns: what would be."""
    head = "".join(f'<th class="n">{name}' for name in _ORDER)
    rows = "".join(
        f"<tr><th>{old}" + "".join(f'<td class="n">{_cell(verdicts.get(f"{old} -> {new}", 0))}' for new in _ORDER)
        for old in _ORDER
    )
    return f"<small>rows: then; columns: now</small><table><tr><th>{head}{rows}</table>"


def _cell(count: int) -> str:
    return f"{count:,}" if count else "·"


def _unknown(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    items = "".join(f"<li>{count:,}: {escape(why)}" for why, count in sorted(counts.items()))
    return f"<h2>Can't be told</h2><ul>{items}</ul>"


def _differing(report: Mapping[str, Any]) -> str:
    if not report["differing"]:
        return '<p class="none">none</p>'
    head = "<tr><th>detection<th>then<th>now<th>it ended as<th>why now"
    rows = "".join(_row(one) for one in report["differing"])
    rest = "" if report["listed_all"] else "<p>... and more: the counts above cover all of them.</p>"
    return f'<div class="wide"><table>{head}{rows}</table></div>{rest}'


def _row(one: Mapping[str, Any]) -> str:
    old, new = one["old"], one["new"]
    mood = "more" if _ORDER.index(new["verdict"]) > _ORDER.index(old["verdict"]) else "less"
    return (
        f"<tr><td><code>{escape(one['detection'])}</code><br><small>{escape(one['place'])}</small>"
        f'<td>{_judged(old)}<td class="{mood}">{_judged(new)}<td>{escape(one["outcome"] or "")}'
        f"<td><small>{escape(', '.join(new['reasons']))}</small>"
    )


def _judged(judged: Mapping[str, Any]) -> str:
    what = f" {shown(judged['similarity'])}" if judged["similarity"] is not None else ""
    who = f"<br><small>{escape(judged['case'])}</small>" if judged["case"] else ""
    return f"{escape(judged['verdict'])}{what}{who}"
