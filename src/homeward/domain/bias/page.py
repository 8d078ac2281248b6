"""The bias report as one page for people: self-contained, no scripts, everything from outside escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from homeward.domain.bias.charts import readable_rate
from homeward.domain.bias.markup import STYLE, Markup, charts, details, html, items, note, rate_cell, table
from homeward.domain.bias.page_charts import det_chart, interval_chart, match_chart, score_chart
from homeward.domain.bias.page_tables import (
    counts_table,
    duplicates_table,
    rates_table,
    searches_table,
    summary_table,
    thresholds_table,
)
from homeward.domain.bias.page_words import TIERS, in_short, level_name, rule_level, single_levels
from homeward.domain.bias.report import SYNTHETIC

Json = Mapping[str, Any]
_PAGE = Template("""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Bias report $run</title>
<style>$style</style>
<h1>Error rates by recorded group</h1>
<small><code>$run</code><br>$about</small>
$warning
$problems
<div class="facts">$facts</div>
<nav>$links</nav>
$sections
</html>
""")
_HOW = Markup(
    "<p>A <b>probe</b> is a photo of an open case, compared with every case by the best of the case's photos. "
    "<b>Same group</b>: probe and case are both of the group; <b>any probe</b>: only the case is. A threshold must "
    "satisfy both. Rates of misses compare a photo with the same person's other photos. Searches of people who aren't "
    "enrolled leave each person out in turn."
    "<p><b>Intervals</b> are 95 %, two-sided, and follow from people, not from pairs: the variance is robust against "
    "pairs that share a person (dyadic clusters; clustered by person for misses and searches). Wilson's interval with "
    "the effective number of trials, or the exact one where that is wider; below ten errors an exact bound. "
    "<b>Thresholds</b>: the smallest from which on the upper bounds stay under the target."
    "<p><b>Max/min</b> and <b>max/geometric mean</b> compare the worst group with the best and with the mean; where no "
    "error was seen they are bounds. <b>GARBE</b> is a Gini coefficient over the groups: 0 is equal, 1 is not."
)


def bias_page(report: Json) -> str:
    """HTML of a report as `build_report` makes it."""
    sections = list(_sections(report))
    return _PAGE.substitute(
        style=STYLE,
        run=html(report["run"]),
        about=html(_about(report)),
        warning=note("warn", f"Synthetic. {SYNTHETIC}") if report["synthetic"] else "",
        problems=note("bad", Markup("<b>What happened</b>"), items(report["problems"])) if report["problems"] else "",
        facts="".join(f"<span><b>{html(value)}</b>{html(name)}</span>" for name, value in _facts(report)),
        links="".join(f'<a href="#{name}">{html(title)}</a>' for name, title, _ in sections),
        sections="".join(f'<h2 id="{name}">{html(title)}</h2>{body}' for name, title, body in sections),
    )


def _about(report: Json) -> str:
    facts = report["measurement"]
    return (
        f"made {report['made_at']}; collection {facts['collection']}, face model {facts['face_model_version']}, "
        f"measured {facts.get('at', '?')}; live policy {report['policy'].get('version', '?')}"
    )


def _facts(report: Json) -> Iterator[tuple[str, str]]:
    facts, counts = report["measurement"], report["statistics"]["counts"]
    yield "people", f"{counts['people']:,}"
    yield "photos", f"{counts['photos']:,}"
    yield "comparisons with themselves", f"{counts['genuine']:,}"
    yield "comparisons with strangers", f"{counts['impostor']:,}"
    yield "calls", f"{facts['calls']:,}" if facts.get("calls") is not None else "?"
    yield "US dollars, list price", f"{facts['usd']:,.2f}" if facts.get("usd") is not None else "?"


def _sections(report: Json) -> Iterator[tuple[str, str, Markup]]:
    statistics = report["statistics"]
    yield "short", "In short", items(in_short(report))
    yield "limits", "What the data can't show", items(report["cannot_show"])
    yield "thresholds", "Thresholds", _thresholds(statistics)
    yield "rates", "Error rates by group", _rates(statistics)
    yield "curves", "Curves", _curves(statistics)
    yield "searches", "Searches of people who aren't enrolled", _searches(statistics)
    if report.get("strangers"):
        yield "strangers", "Pictures of people who aren't enrolled", _strangers(report["strangers"])
    yield "summary", "Summary measures", _summaries(statistics)
    yield "duplicates", "May be one person", _duplicates(statistics)
    yield "left", "Left out", _left_out(report["measurement"])
    yield "how", "How it was measured", _HOW


def _thresholds(statistics: Json) -> Markup:
    level, targets = rule_level(statistics), statistics["targets"]
    if level is None:
        return Markup('<p class="dim">No case has all the attributes that the policy groups by.')
    words = (
        f"The policy's targets: at most {readable_rate(targets['review'])} comparisons with a stranger may reach the "
        f"threshold for leads, {readable_rate(targets['alert'])} the one for alerts; the upper bounds of the intervals "
        "count. Who is in none of these groups has the strictest thresholds, and a person decides."
    )
    return Markup(f"<p>{html(words)}{thresholds_table(level['groups'])}")


def _rates(statistics: Json) -> Markup:
    targets = statistics["targets"]
    words = (
        "At the live thresholds. Same group: a stranger of the same group reaches it; any probe: a stranger of any "
        "group; missed: a person's own photo doesn't. Below each rate its 95 % interval, and its counts. Red: the "
        "upper bound isn't under the target."
    )
    parts = [Markup(f"<p>{html(words)}")]
    for level in statistics["levels"]:
        drawn = charts(*((f"Same group, {TIERS[tier]}", interval_chart(level, tier, targets[tier])) for tier in TIERS))
        body = (rates_table(level["groups"], targets), drawn)
        if len(level["attributes"]) == 1:
            parts.append(Markup(f"<h3>By {html(level_name(level).lower())}</h3>{''.join(body)}"))
        else:
            parts.append(details(f"By {level_name(level).lower()}: {len(level['groups'])} groups", *body))
    return Markup("".join(parts))


def _curves(statistics: Json) -> Markup:
    parts = [
        Markup(
            "<p>Bands are 95 % intervals. A curve ends where no more errors were seen: that is not zero, the "
            "band goes on. DET: no misses were seen where a curve lies on the lower edge. Distributions, logarithmic: "
            "orange strangers, blue the same person, red the live thresholds."
        )
    ]
    for level in single_levels(statistics):
        drawn = charts(
            ("False matches by threshold, same group", match_chart(level, statistics)),
            ("Misses against false matches (DET)", det_chart(level)),
        )
        scores = charts(("How similar photos are", score_chart(level, statistics)))
        parts.append(Markup(f"<h3>By {html(level_name(level).lower())}</h3>{drawn}{scores}"))
    return Markup("".join(parts))


def _searches(statistics: Json) -> Markup:
    words = (
        "How often a search for somebody who isn't in the collection reaches a threshold with at least one case, by "
        "the group of the person who is searched for, among all cases with their own thresholds."
    )
    tables = "".join(searches_table(level["groups"]) for level in single_levels(statistics))
    return Markup(f"<p>{html(words)}{tables}")


def _strangers(found: Json) -> Markup:
    words = (
        f"{found['pictures']:,} pictures of {found['people']:,} people who are known not to be enrolled, and "
        f"{found['faceless']:,} in which no face was found. Thresholds: {found['thresholds']['review']:.1f} for leads, "
        f"{found['thresholds']['alert']:.1f} for alerts."
    )
    rows = ((one["label"], rate_cell(one["review"]), rate_cell(one["alert"])) for one in found["groups"])
    return Markup(f"<p>{html(words)}{table(('group', 'leads', 'alerts'), rows)}")


def _summaries(statistics: Json) -> Markup:
    levels = statistics["levels"]
    singles = single_levels(statistics)
    rest = [level for level in levels if level not in singles]
    crossings = details("Crossings", summary_table(rest, [level_name(level) for level in rest])) if rest else ""
    return Markup(f"{summary_table(singles, [level_name(level) for level in singles])}{crossings}")


def _duplicates(statistics: Json) -> Markup:
    words = (
        "Pairs of cases so similar that they may be one person under two records. A person must look: join them at the "
        "source, or mark them as look-alikes, and measure again."
    )
    return Markup(f"<p>{html(words)}{duplicates_table(statistics['duplicates'])}")


def _left_out(facts: Json) -> Markup:
    return counts_table(facts.get("left_out") or {}, ("why", "photos"))
