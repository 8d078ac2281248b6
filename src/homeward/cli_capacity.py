"""`homeward capacity`: which limit of AWS a site of some size meets first, and what to raise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from homeward.cli_cost import MATCHED, NOBODY, work_of
from homeward.cli_system import out
from homeward.domain.capacity import JOBS, Day, Limits, Size, Strain, reconcile_gigabytes, strains
from homeward.domain.errors import InputError
from homeward.packaging import ROOT

Faces = Annotated[int, typer.Option(min=0, help="Faces in the collection.")]
Cameras = Annotated[int, typer.Option(min=0, help="Cameras.")]
Detections = Annotated[int, typer.Option(min=0, help="Crops that one camera sends in a day.")]
Matched = Annotated[float, typer.Option(min=0, max=1, help="Share of them that matches a case (and asks a person).")]
Peak = Annotated[float, typer.Option(min=1, help="How many times busier the busiest second is than the mean.")]
Phones = Annotated[int, typer.Option(min=0, help="Phones that get every alert.")]
Elsewhere = Annotated[bool, typer.Option("--elsewhere", help="With the lowest defaults of other regions.")]
LimitFile = Annotated[Path, typer.Option("--limits", metavar="FILE", help="Limits, as infra/limits.json.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def capacity(
    faces: Faces = 24_620,
    cameras: Cameras = 10,
    detections_per_camera_per_day: Detections = 1_000,
    matched: Matched = 0.01,
    peak: Peak = 10.0,
    phones: Phones = 10,
    elsewhere: Elsewhere = False,
    limits: LimitFile = ROOT / "infra" / "limits.json",
    json_: Json = False,
) -> None:
    """Load and limit of every quota, which bites first and what to do; people who answer; how long jobs take.

    Rates are those of the busiest second. AWS itself was not measured: docs/capacity.md says what stands on what.
    """
    known = _limits(limits, elsewhere)
    size = Size(faces, cameras, detections_per_camera_per_day, matched, peak, phones)
    day = Day(size, work_of(NOBODY), work_of(MATCHED))
    found = strains(day, known)
    if json_:
        print(json.dumps(_told(day, found, known), indent=1))
        return
    numbers = (Column("load", justify="right"), Column("of", justify="right"))
    table = Table("limit", *numbers, "", "bites at", "then")
    for one in found:
        shown = f"{one.share:.1%}" if one.share < 1 else f"[red]{one.share:.0%}[/red]"
        row = (one.rule.what, f"{one.load:,.1f}", f"{one.limit:,} {one.unit}", shown, bites_at(one), one.rule.then)
        table.add_row(*row)
    out.print(table)
    jobs = Table("job", Column("takes", justify="right"), "after")
    for job in JOBS:
        jobs.add_row(job.what, lasts(job.seconds(day, known)), job.basis)
    out.print(jobs)
    out.print(
        f"{size.questions:,.0f} questions a day: {size.reviewers:,.1f} people who do nothing else", highlight=False
    )
    out.print(f"a false match rate of {size.bearable_fmr:.1e} makes as many of strangers alone", highlight=False)
    out.print(f"memory of reconcile: at most {reconcile_gigabytes(size):,.1f} GB (extrapolated)", highlight=False)
    out.print(known.listed, highlight=False, style="dim")


def bites_at(strain: Strain) -> str:
    """The size at which a limit is reached, in words."""
    if strain.bites_at is None:
        return "-"
    unit = {"detections": "detections a day"}.get(strain.rule.grows_with, strain.rule.grows_with)
    return f"{strain.bites_at:,.0f} {unit}"


def lasts(seconds: float) -> str:
    """A span as people say it."""
    for length, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.1f} s"


def _told(day: Day, found: list[Strain], limits: Limits) -> dict[str, Any]:
    return {
        "limits": [
            {
                "limit": one.rule.name,
                "load": one.load,
                "of": one.limit,
                "unit": one.unit,
                "share": one.share,
                "bites_at": one.bites_at,
                "grows_with": one.rule.grows_with,
                "then": one.rule.then,
            }
            for one in found
        ],
        "seconds": {job.what: job.seconds(day, limits) for job in JOBS},
        "questions_a_day": day.size.questions,
        "reviewers": day.size.reviewers,
        "bearable_fmr": day.size.bearable_fmr,
        "reconcile_gigabytes": reconcile_gigabytes(day.size),
        "source": limits.listed,
    }


def _limits(file: Path, elsewhere: bool) -> Limits:
    try:
        return Limits.read(file.read_bytes(), elsewhere)
    except OSError as problem:
        raise InputError(f"{file} can't be read: {problem.strerror}") from problem
