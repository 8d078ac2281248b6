"""The report of a sync run as one page for people: self-contained, no scripts, everything from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from string import Template
from typing import Any

_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sync $run</title>
<style>
 :root { color-scheme: light dark; --bar: #4b8bbe; --line: color-mix(in srgb, currentColor 20%, transparent) }
 body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
 h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem }
 .outcome { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; color: #fff; background: #2e7d32 }
 .outcome.bad { background: #b71c1c }
 .facts { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1rem 0 }
 .facts b { display: block; font-size: 1.3rem }
 .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 0 2.5rem }
 table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .15rem .4rem .15rem 0 }
 tr { border-bottom: 1px solid var(--line) } td.n { text-align: right; font-variant-numeric: tabular-nums; width: 4rem }
 td.bar { width: 40% } .bar i { display: block; height: .6rem; background: var(--bar); border-radius: .2rem }
 small, .none { opacity: .7 } code { overflow-wrap: anywhere } ul { margin: .3rem 0; padding-left: 1.2rem }
</style>
<h1>Sync of cases <span class="outcome $mood">$outcome</span></h1>
<small><code>$run</code><br>window $window</small>
$problems
<div class="facts">$facts</div>
<div class="columns">$tables</div>
$failures
$notes
<small>Counts come from what the run left behind, not from what its tasks said. Cost in US dollars, list price.</small>
</html>
""")

_TABLES = (
    ("diff", "Cases in the index", "compared with what was stored"),
    ("cases", "Cases fetched", "what became of those that were due"),
    ("absent", "Cases that the index lacks", "withdrawn after two complete sweeps and a 404"),
    ("photos", "Photos of the fetched cases", "by state, refused ones by reason"),
    ("index", "Photos sent to the collection", "by state, refused ones by reason"),
    ("removed", "Removed", "photos that had to leave, their faces, and alerts of closed cases"),
)


def report_page(report: Mapping[str, Any]) -> str:
    """HTML of a report as `build_report` makes it."""
    window = report["window"] or {"since": "?", "until": "?"}
    return _PAGE.substitute(
        run=escape(report["run"]),
        outcome=escape(report["outcome"]),
        mood="bad" if report["problems"] else "good",
        window=escape(f"{window['since']} to {window['until']}"),
        problems=_list("What is missing", report["problems"]),
        notes=_list("What was odd about the index", list((report["sweep"] or {}).get("notes", ()))),
        facts="".join(f"<span><b>{escape(value)}</b>{escape(name)}</span>" for name, value in _facts(report)),
        tables="".join(_table(title, hint, report[name]) for name, title, hint in _TABLES),
        failures=_list(
            "Cases that failed (tried again by the next run)",
            [f"{one['case']}: {one['error']}: {one['problem']}" for one in report["failures"]],
        ),
    )


def _facts(report: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    sweep, traffic, cost = report["sweep"] or {}, report["traffic"], report["cost"]
    yield "cases listed", f"{sweep['cases']:,} of {sweep['expected']:,}" if sweep else "?"
    yield "requests", f"{traffic['requests']:,}"
    yield "received", f"{traffic['bytes'] / 1e6:,.1f} MB"
    yield "took", f"{report['seconds']:,.0f} s" if report["seconds"] is not None else "?"
    yield "IndexFaces calls", f"{cost['index_faces_calls']:,}"
    yield "cost", f"${cost['usd']:,.2f}"


def _table(title: str, hint: str, counts: Mapping[str, int] | None) -> str:
    head = f"<section><h2>{escape(title)}</h2><small>{escape(hint)}</small>"
    if not counts or not any(counts.values()):
        return f'{head}<p class="none">{"none" if counts is not None else "not reached"}</p></section>'
    most = max(counts.values())
    rows = "".join(
        f'<tr><td>{escape(name)}<td class="n">{count:,}<td class="bar"><i style="width:{100 * count / most:.1f}%"></i>'
        for name, count in sorted(counts.items(), key=lambda item: -item[1])
        if count
    )
    return f"{head}<table>{rows}</table></section>"


def _list(title: str, lines: list[str]) -> str:
    items = "".join(f"<li>{escape(line)}" for line in lines)
    return f"<h2>{escape(title)}</h2><ul>{items}</ul>" if items else ""
