"""The health page for people: one document without scripts or anything from elsewhere; it loads itself anew."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape

from standins.rekognition.bodies import UnavailableError
from standins.rekognition.metrics import BUCKETS, OK, Measured
from standins.rekognition.status import CollectionStatus, Status, models
from standins.rekognition.throttling import Bucket, ProvisionedThroughputExceededError, ThrottlingError

HEADERS = {
    "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "vary": "accept",
}

_SECONDS = 5  # between two loads
_THROTTLED = {ProvisionedThroughputExceededError.code, ThrottlingError.code, UnavailableError.code}
_STYLE = """\
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --text: #1c2430; --quiet: #667085; --line: #e4e7ec;
  --accent: #2563eb; --soft: #dbe6fd; --good: #12805c; --bad: #c0362c; }
@media (prefers-color-scheme: dark) { :root { --ground: #0f141b; --card: #18202a; --text: #e6eaf0; --quiet: #93a0b2;
  --line: #273241; --accent: #6ea2ff; --soft: #233a63; --good: #41c793; --bad: #ff8277; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.45rem; margin: 0; }
h2 { font-size: 1rem; margin: 2rem 0 .6rem; }
.up { background: var(--good); color: var(--card); border-radius: 1rem; padding: .1rem .75rem; font-weight: 600;
  font-size: .85rem; }
.quiet, footer { color: var(--quiet); font-size: .87rem; }
header .quiet { margin-left: auto; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; }
.card, .table { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.card { padding: .8rem 1rem; }
.card b { display: block; font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .5rem 1rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th { color: var(--quiet); font-weight: 500; font-size: .83rem; }
th:first-child, td:first-child { text-align: left; }
tbody tr { border-top: 1px solid var(--line); }
td:first-child { font-weight: 550; }
.bad { color: var(--bad); }
.none { padding: 1rem; color: var(--quiet); text-align: left; }
td svg { vertical-align: middle; fill: var(--accent); background: var(--soft); border-radius: .2rem; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 1rem; }
footer p { margin: .2rem 0; }
code { font-size: .93em; }
"""


def page(status: Status) -> str:
    """The whole document. Whatever a caller may have chosen (names of collections) is escaped."""
    calls = sum(measured.calls for measured in status.operations.values())
    cards = {
        "Faces": f"{status.faces:,}",
        "Collections": f"{len(status.collections):,}",
        "Users": f"{status.users:,}",
        "Calls": f"{calls:,}",
        "Memory": _bytes(status.memory),
        "Data folder": _bytes(status.disk),
    }
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{_SECONDS}">
<link rel="icon" href="data:,">
<title>Face service: {status.faces:,} faces</title>
<style>
{_STYLE}</style>
</head>
<body>
<main>
<header><h1>Face service</h1><span class="up">up {_duration(status.uptime)}</span>
<span class="quiet">since {_moment(status.began)}</span></header>
<div class="cards">
{"".join(f'<div class="card"><span class="quiet">{name}</span><b>{value}</b></div>' for name, value in cards.items())}
</div>
<h2>Collections</h2>
{_collections(status)}
<h2>Operations</h2>
{_operations(status)}
<p class="quiet">Median and 95th percentile of the last 1,000 calls without error; the histogram is of all calls, from
{_seconds(BUCKETS[0])} to over {_seconds(BUCKETS[-1])}.</p>
<footer>
<p>{" · ".join(f"{escape(name)} {escape(text)}" for name, text in models().items())}</p>
<p>For programs: <code>GET /health</code> is JSON, <code>GET /metrics</code> for Prometheus. Nothing can be changed
here.</p>
</footer>
</main>
</body>
</html>
"""


def _collections(status: Status) -> str:
    heads = ("Collection", "Faces", "Users", "Vectors in memory", "Made")
    return _table(heads, map(_collection, status.collections), "None yet.")


def _operations(status: Status) -> str:
    calls = Counter({name: measured.calls for name, measured in status.operations.items()})
    names = sorted({*calls, *status.rates}, key=lambda name: (-calls[name], name))
    heads = ("Operation", "Calls", "Errors", "Throttled", "Median", "95 %", "Latency", "Allowed")
    rows = (_operation(name, status.operations.get(name, Measured()), status.rates) for name in names)
    return _table(heads, rows, "No calls yet.")


def _collection(collection: CollectionStatus) -> tuple[str, ...]:
    counts = (f"{collection.faces:,}", f"{collection.users:,}")
    return escape(collection.name), *counts, _bytes(collection.vector_bytes), _moment(collection.created)


def _operation(name: str, measured: Measured, rates: Mapping[str, float]) -> tuple[str, ...]:
    throttled = sum(count for code, count in measured.codes.items() if code in _THROTTLED)
    errors = measured.calls - measured.codes[OK] - throttled
    recent = measured.recent()
    rate = rates.get(name)
    return (
        escape(name),
        f"{measured.calls:,}",
        _unwanted(errors),
        _unwanted(throttled),
        *((_seconds(recent[0]), _seconds(recent[1])) if recent else ("–", "–")),
        _histogram(measured),
        "all" if rate is None else f"{rate:g}/s, {Bucket(rate).size:g} at once",
    )


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], nothing: str) -> str:
    """`rows` are HTML; without any of them the table says `nothing`."""
    heads = tuple(heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    body = body or f'<tr><td class="none" colspan="{len(heads)}">{nothing}</td></tr>\n'
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>'


def _histogram(measured: Measured) -> str:
    highest = max(measured.buckets)
    if not highest:
        return ""
    bars = (
        f'<rect x="{6 * place}" y="{22 - height:g}" width="5" height="{height:g}"/>'
        for place, count in enumerate(measured.buckets)
        if (height := max(2.0, 20 * count / highest) if count else 0)
    )
    width = 6 * len(measured.buckets)
    return f'<svg width="{width}" height="22" role="img" aria-label="latency histogram">{"".join(bars)}</svg>'


def _unwanted(count: int) -> str:
    return f'<span class="bad">{count:,}</span>' if count else "0"


def _seconds(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def _duration(seconds: float) -> str:
    parts = ((int(seconds) // 86400, "d"), (int(seconds) // 3600 % 24, "h"), (int(seconds) // 60 % 60, "min"))
    told = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(told) or f"{int(seconds)} s"


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))
