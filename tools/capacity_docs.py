"""The tables of docs/capacity.md, as `homeward capacity` calculates them: `python -m tools.capacity_docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from homeward.cli_capacity import bites_at, lasts
from homeward.cli_cost import MATCHED, NOBODY, work_of
from homeward.domain.capacity import JOBS, Day, Limits, Size, Strain, reconcile_gigabytes, strains
from tools.made_sections import ROOT, replaced, write_or_compare

PAGE = ROOT / "docs" / "capacity.md"
SIZES = (Size(24_620, 10, 1_000), Size(1_000_000, 100, 1_000), Size(20_000_000, 1_000, 1_000))


def row(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 99, first: int = 1) -> str:
    """A table in Markdown; `numbers` columns from `first` on are on the right."""
    lines = [row(head), row("--:" if first <= at < first + numbers else "---" for at in range(len(head)))]
    return "\n".join([*lines, *(row(cells) for cells in rows)])


def heads(days: Sequence[Day]) -> list[str]:
    """What the columns are."""
    return [f"{day.size.faces:,} faces, {day.size.cameras:,} cameras" for day in days]


def percent(strain: Strain) -> str:
    """A share; what is over the limit is bold."""
    told = f"{strain.share:.1%}" if strain.share < 0.1 else f"{strain.share:.0%}"
    return f"**{told}**" if strain.share >= 1 else told


def shares(days: Sequence[Day], limits: Limits) -> str:
    """How much of each limit is used, the one that bites first at the largest size first."""
    at = [{one.rule.name: one for one in strains(day, limits)} for day in days]
    order = sorted(at[-1].values(), key=lambda one: -one.share)
    rows = [
        [
            one.rule.what,
            f"{one.limit:,} {one.unit}",
            *(percent(found[one.rule.name]) for found in at),
            bites_at(one),
        ]
        for one in order
    ]
    return table(["limit", "default", *heads(days), "bites at"], rows)


def raised(day: Day, limits: Limits) -> str:
    """What to do about each, and where its value is from."""
    rows = [
        [
            one.rule.what,
            one.rule.then.replace(" (docs/capacity.md)", ", see below"),
            f"[page]({limits.of(one.rule.name)['source']})"
            + ("" if limits.of(one.rule.name)["read"] else ", not read"),
        ]
        for one in strains(day, limits)
    ]
    return table(["limit", "what to do before it bites", "source"], rows, numbers=0)


def spans(days: Sequence[Day], limits: Limits) -> str:
    """How long jobs take."""
    rows = [[job.what, *(lasts(job.seconds(day, limits)) for day in days), job.basis] for job in JOBS]
    memory = [f"{reconcile_gigabytes(day.size):,.1f} GB" for day in days]
    rows.append(["reconcile: memory, at most", *memory, "233 MB for 24,620 faces measured, linear"])
    return table(["job", *heads(days), "stands on"], rows, numbers=len(days))


def people(days: Sequence[Day]) -> str:
    """Who answers."""
    sizes = [day.size for day in days]
    rows = [
        ["detections a day", *(f"{size.detections:,}" for size in sizes)],
        ["detections in the busiest second", *(f"{size.busiest:,.1f}" for size in sizes)],
        ["cases, with as many photos as NamUs has", *(f"{size.cases:,.0f}" for size in sizes)],
        ["questions a day", *(f"{size.questions:,.0f}" for size in sizes)],
        ["people who only answer them", *(f"{size.reviewers:,.1f}" for size in sizes)],
        ["false match rate at which strangers alone make so many", *(f"{size.bearable_fmr:.1e}" for size in sizes)],
    ]
    return table(["", *heads(days)], rows)


def main() -> int:
    """Write the page; with --check only say whether it is out of date."""
    limits = Limits.read((ROOT / "infra" / "limits.json").read_bytes())
    days = [Day(size, work_of(NOBODY), work_of(MATCHED)) for size in SIZES]
    sections = {
        "shares": shares(days, limits),
        "raised": raised(days[-1], limits),
        "spans": spans(days, limits),
        "people": people(days),
    }
    page = replaced(PAGE.read_text(encoding="utf-8"), sections)
    return write_or_compare({PAGE: page}, "--check" in sys.argv, "-m tools.capacity_docs")


if __name__ == "__main__":
    sys.exit(main())
