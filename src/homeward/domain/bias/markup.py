"""Pieces of the bias report's page: its style, tables, and rates that both a shift and a statistician can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from homeward.domain.bias.charts import readable_rate, short_rate

STYLE = """
 :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent);
   --soft: color-mix(in srgb, currentColor 6%, transparent); --target: #b91c1c; --good: #15803d; --warn: #b45309;
   --s0: #0b6bb8; --s1: #c2410c; --s2: #0f8a5f; --s3: #9333a8; --s4: #8a6d00;
   --s5: #0e7490; --s6: #be185d; --s7: #4d7c0f; --s8: #6d4bd1; --s9: #6b5b4f }
 @media (prefers-color-scheme: dark) { :root { --target: #f87171; --good: #4ade80; --warn: #fbbf24;
   --s0: #60a5fa; --s1: #fb923c; --s2: #34d399; --s3: #d8a2f0; --s4: #e3c43a;
   --s5: #22d3ee; --s6: #f472b6; --s7: #a3d65c; --s8: #a99bf5; --s9: #cbb8a8 } }
 * { box-sizing: border-box }
 body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 1.5rem auto 4rem; padding: 0 1rem }
 h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.4rem 0 .3rem; scroll-margin-top: 1rem }
 h3 { font-size: 1rem; margin: 1.4rem 0 .2rem } p { max-width: 62rem; margin: .4rem 0 }
 ul { margin: .4rem 0; padding-left: 1.2rem; max-width: 62rem } li { margin: .25rem 0 }
 small, .dim { opacity: .75 } code { overflow-wrap: anywhere }
 nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .8rem 0 } a { color: inherit }
 .note { border-left: .3rem solid var(--s0); background: var(--soft); padding: .5rem .9rem; margin: .8rem 0 }
 .note.warn { border-color: var(--warn) } .note.bad { border-color: var(--target) }
 .note p:first-child, .note ul:first-child { margin-top: 0 } .note :last-child { margin-bottom: 0 }
 .facts { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1rem 0 }
 .facts b { display: block; font-size: 1.3rem }
 .wide { overflow-x: auto; margin: .5rem 0 } table { border-collapse: collapse }
 th, td { text-align: left; padding: .25rem .9rem .25rem 0; vertical-align: top }
 thead th { font-weight: 600; border-bottom: 2px solid var(--line); vertical-align: bottom }
 tbody tr { border-bottom: 1px solid var(--line) } tbody th { font-weight: 500 }
 th:first-child { position: sticky; left: 0; background: Canvas; min-width: 8.5rem }
 .n { text-align: right; font-variant-numeric: tabular-nums }
 td small { display: block } td.n small { white-space: nowrap }
 .up, .over { color: var(--target); font-weight: 600 } .down { color: var(--warn); font-weight: 600 }
 .good { color: var(--good); font-weight: 600 }
 .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(29rem, 100%), 1fr)); gap: .5rem 1.5rem }
 figure { margin: .6rem 0 } figcaption { font-weight: 600; font-size: .9rem }
 svg { display: block; width: 100%; height: auto } svg text { fill: currentColor }
 summary { cursor: pointer; font-weight: 600; padding: .3rem 0 } details { border-top: 1px solid var(--line) }
 @media (max-width: 62rem) { table { font-size: .9rem } th, td { padding-right: .55rem } }
 @media print { details > * { display: block } nav { display: none } }
"""


class Markup(str):
    """Text that is HTML already; everything else is escaped."""

    __slots__ = ()


def html(value: object) -> str:
    """A value as HTML: escaped, unless it is Markup."""
    return value if isinstance(value, Markup) else escape(str(value))


def table(head: Sequence[object], rows: Iterable[Iterable[object]], numbers: int = 1) -> Markup:
    """A table whose first `numbers` columns are text and whose other columns are numbers; scrolls when too wide."""
    body = [list(row) for row in rows]
    if not body:
        return Markup('<p class="dim">none</p>')
    heads = "".join(f"<th{_kind(n, numbers)}>{html(name)}" for n, name in enumerate(head))
    lines = "".join("<tr>" + "".join(_cell(n, cell, numbers) for n, cell in enumerate(row)) for row in body)
    return Markup(f'<div class="wide"><table><thead><tr>{heads}<tbody>{lines}</table></div>')


def _cell(n: int, cell: object, numbers: int) -> str:
    return f"<th>{html(cell)}" if n == 0 else f"<td{_kind(n, numbers)}>{html(cell)}"


def _kind(n: int, numbers: int) -> str:
    return ' class="n"' if n >= numbers else ""


def items(lines: Iterable[object]) -> Markup:
    """A list; nothing when there are no lines."""
    body = "".join(f"<li>{html(line)}" for line in lines)
    return Markup(f"<ul>{body}</ul>" if body else "")


def note(kind: str, *parts: object) -> Markup:
    """A box; `kind` is "", "warn" or "bad". Nothing when all parts are empty."""
    body = "".join(part if isinstance(part, Markup) else f"<p>{html(part)}" for part in parts if part)
    return Markup(f'<div class="note {kind}">{body}</div>' if body else "")


def rate_cell(rate: Mapping[str, Any] | None, limit: float | None = None) -> Markup:
    """`1 in 12,000`, below it the interval and the counts; marked when the upper bound isn't under `limit`."""
    if rate is None or not rate["trials"]:
        return Markup('<span class="dim">no data</span>')
    kind = ' class="over"' if limit is not None and rate["high"] >= limit else ""
    if not rate["errors"]:
        most = readable_rate(rate["high"])
        return Markup(f"<b{kind}>none seen</b><small>at most {most}</small><small>of {rate['trials']:,}</small>")
    bounds = f"{short_rate(rate['low'])} to {short_rate(rate['high'])}"
    counts = f"{rate['errors']:,} of {rate['trials']:,}"
    return Markup(f"<b{kind}>{readable_rate(rate['rate'])}</b><small>{bounds}</small><small>{counts}</small>")


def charts(*pairs: tuple[str, str]) -> Markup:
    """Charts with their captions, side by side where there is room; a chart that is empty is left out."""
    body = "".join(f"<figure><figcaption>{html(words)}</figcaption>{svg}</figure>" for words, svg in pairs if svg)
    return Markup(f'<div class="charts">{body}</div>' if body else "")


def details(title: str, *parts: object) -> Markup:
    """A part that opens on a click."""
    return Markup(f"<details><summary>{html(title)}</summary>{''.join(html(part) for part in parts)}</details>")
