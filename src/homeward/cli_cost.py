"""`homeward cost`: what it costs at AWS, before somebody deploys it."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from homeward.cli_system import out
from homeward.domain.cost import Prices, Site, Work, as_in_2018, first_fill, monthly
from homeward.domain.errors import InputError
from homeward.packaging import ROOT

HOURS = 730  # of a month


class MwaaClass(StrEnum):
    """Classes of an MWAA environment that suit this; docs/mwaa.md says which."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


NOBODY, MATCHED = "no candidate", "review confirms"  # paths of statemachines/detection/cases.json

Cases = Annotated[int, typer.Option(min=0, help="Open cases.")]
Photos = Annotated[int, typer.Option(min=0, help="Photos in the collection.")]
Detections = Annotated[int, typer.Option(min=0, help="Crops that cameras send in a day.")]
Matched = Annotated[float, typer.Option(min=0, max=1, help="Share of them that matches a case (and asks a person).")]
PriceFile = Annotated[Path, typer.Option("--prices", metavar="FILE", help="Price list, as infra/prices.json.")]
Mwaa = Annotated[MwaaClass | None, typer.Option("--mwaa", help="With Amazon's managed Airflow, of this class.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def cost(
    cases: Cases = 14_444,
    photos: Photos = 24_620,
    detections_per_day: Detections = 1_000,
    matched: Matched = 0.01,
    prices: PriceFile = ROOT / "infra" / "prices.json",
    mwaa: Mwaa = None,
    json_: Json = False,
) -> None:
    """Dollars a month by service, the first fill, and the same site with the design of 2018.

    State transitions and functions are counted on the paths that the tests walk through the real machine. Without SMS,
    data that leaves AWS, free tiers and taxes.
    """
    listed, site = _prices(prices), Site(cases, photos, detections_per_day, matched)
    bill = monthly(site, listed, work_of(NOBODY), work_of(MATCHED))
    if mwaa:
        bill["MWAA"] = HOURS * listed[f"mwaa_{mwaa}_hour"]
    total, then = sum(bill.values()), as_in_2018(site, listed)
    filled = first_fill(site, listed)
    if json_:
        told = {"by_service": bill, "month": total, "first_fill": filled, "as_in_2018": then, "prices": listed.listed}
        print(json.dumps(told, indent=1))
        return
    table = Table("service", Column("USD a month", justify="right"))
    for service, dollars in bill.items():
        table.add_row(service, f"{dollars:,.2f}")
    table.add_section()
    table.add_row("together", f"{total:,.2f}")
    out.print(table)
    out.print(f"once, for the first fill: {filled:,.2f} USD", highlight=False)
    out.print(f"the design of 2018, a search for each face of each frame: {then:,.2f} USD a month", highlight=False)
    out.print(listed.listed, highlight=False, style="dim")


def _prices(file: Path) -> Prices:
    try:
        return Prices.read(file.read_bytes())
    except OSError as problem:
        raise InputError(f"{file} can't be read: {problem.strerror}") from problem


def work_of(path: str) -> Work:
    """What a detection does on a named path of statemachines/detection/cases.json."""
    folder = ROOT / "statemachines" / "detection"
    book = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    machine = json.loads((folder / "detection.asl.json").read_text(encoding="utf-8"))
    tasks = [name for name, state in machine["States"].items() if state["Type"] == "Task"]
    return Work.of(book["cases"][path]["path"], tasks)
