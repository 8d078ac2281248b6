"""The page that shows a rebuild's report to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from string import Template
from typing import Any

from homeward.domain.rebuild_report import Fitness

_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rebuild $run</title>
<style>
 :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
 body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
 h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem }
 .outcome { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; color: #fff; background: #2e7d32 }
 .UNFIT { background: #b71c1c } .PLANNED { background: #8a5a00 }
 .facts { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1rem 0 }
 .facts b { display: block; font-size: 1.3rem }
 table { border-collapse: collapse } td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top }
 tr { border-bottom: 1px solid var(--line) } .n { text-align: right; font-variant-numeric: tabular-nums }
 .wide { overflow-x: auto } small, .none { opacity: .7 } code { overflow-wrap: anywhere }
</style>
<h1>$collection, beside $live <span class="outcome $outcome">$outcome</span></h1>
<small><code>$run</code><br>as of $at</small>
<p>$next</p>
$problems
<div class="facts">$facts</div>
$searches
<h2>Photos to look at</h2>
$examples
</html>
""")
_NEXT = {
    Fitness.PLANNED: "Nothing was built. To build it, trigger the DAG with <i>dry run</i> off.",
    Fitness.VERIFIED: "It is fit to be searched. It is live only if the task <code>switch_collection</code> ran; "
    "else trigger the DAG with <i>switch to</i> set to its name.",
    Fitness.UNFIT: "It must not be searched, and isn't. The live one is as it was.",
}
_FACTS = {
    "photos": "photos that belong in it",
    "lacking": "had no face when it began",
    "faces": "faces now",
    "caught_up": "caught up",
    "without_bytes": "without a picture",
}


def rebuild_page(report: Mapping[str, Any]) -> str:
    """HTML of a report: self-contained, no scripts, everything from outside escaped."""
    facts = [(name, f"{report[key]:,}") for key, name in _FACTS.items() if key in report]
    facts += [("USD at list prices", f"{report['usd']:.2f}")]
    if "kept" in report:
        facts.append(("of what can be found now", f"{report['kept']:.1%}"))
    return _PAGE.substitute(
        **{name: escape(report[name]) for name in ("run", "collection", "live", "outcome", "at")},
        next=_NEXT[Fitness(report["outcome"])],
        problems="".join(f"<p><b>{escape(text)}</b>" for text in report["problems"]),
        facts="".join(f"<span><b>{value}</b>{escape(name)}</span>" for name, value in facts),
        searches=_searches(report) if "searches" in report else "",
        examples=_examples(report["examples"]),
    )


def _searches(report: Mapping[str, Any]) -> str:
    searches, models = report["searches"], report["models"]
    shares = ((name, searches[name]) for name in ("own face found", "own case first", "agreement"))
    rows = [("photos searched", f"{searches['sampled']:,}")]
    rows += [(name, "nothing to compare with" if share is None else f"{share:.1%}") for name, share in shares]
    rows += [(f"face model, {name}", version or "lost") for name, version in models.items()]
    refused = [(f"refused: {why}", f"{count:,}") for why, count in sorted(report["refused"].items())]
    return f"<h2>Searches with stored pictures</h2>{_table(rows)}<h2>Refused photos</h2>{_table(refused)}"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f'<tr><td>{escape(name)}<td class="n">{escape(value)}' for name, value in rows)
    return f"<table>{cells}</table>" if cells else '<p class="none">none</p>'


def _examples(examples: list[Mapping[str, str]]) -> str:
    if not examples:
        return '<p class="none">none</p>'
    rows = "".join(f"<tr><td><code>{escape(one['photo'])}</code><td>{escape(one['what'])}" for one in examples)
    return f'<div class="wide"><table>{rows}</table></div>'
