"""`homeward bias`: error rates by group, on labelled photos of somebody's own."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from homeward import bootstrap, cli_system
from homeward.adapters.labelled_people import read_attributes, read_people, read_strangers
from homeward.cli_system import err, out
from homeward.deployment import SHIPPED_POLICY
from homeward.domain.bias.people import Person
from homeward.domain.errors import InputError
from homeward.local.display import Steps
from homeward.local.interrupts import Interrupts

CALL_USD = 0.001  # IndexFaces, SearchFaces, SearchFacesByImage; Amazon Rekognition's list price

PeopleFolder = Annotated[
    Path, typer.Option("--people", metavar="DIR", help="One folder per person, with .jpg or .png pictures in it.")
]
Attributes = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="What is recorded of each: columns person,sex,ethnicity,age (person = name of the folder; sex Female or "
        "Male; ethnicities between semicolons; age in years, today; empty = unknown). A person.json in a folder "
        "(keys sex, ethnicity, age) does as well. Nothing is ever guessed from a picture.",
    ),
]
NonMated = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Pictures of people who are in none of the folders: how often is one of them taken for one?"
    ),
]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Gets report.html and report.json.")]
PolicyFile = Annotated[Path, typer.Option(metavar="FILE", help="Matching policy: its target rates and thresholds.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show how many calls it takes, and what they cost.")]


def bias(
    people: PeopleFolder,
    out_folder: OutFolder = Path("bias-report"),
    attributes: Attributes = None,
    non_mated: NonMated = None,
    policy: PolicyFile = SHIPPED_POLICY,
    dry_run: DryRun = False,
    aws: cli_system.Aws = False,
) -> None:
    """Measure how often people are taken for each other, by recorded group, and which thresholds that supports.

    Compares every photo with everybody else, in a face collection of its own that is deleted however this ends.
    Uses the local system if one runs (start it with: homeward up), else your AWS account. Needs two or more photos of
    a person to say how often that person is missed, and a few hundred people a group to prove a threshold.

    The report is one page that needs no network. How to read it: docs/fairness.md.
    """
    stated = read_attributes(attributes)
    enrolled = read_people(people, stated)
    strangers = read_strangers(non_mated, stated) if non_mated else []
    _check_names(enrolled, strangers, stated)
    _show_cost(enrolled, strangers)
    if dry_run:
        return
    rules = _policy(policy)
    _make(out_folder)  # before anything is paid for
    cli_system.join_local(aws)
    _write(out_folder, _measured(enrolled, strangers, rules))


def _check_names(enrolled: Sequence[Person], strangers: Sequence[Person], stated: dict[str, Any]) -> None:
    names = {person.name for person in enrolled}
    if both := sorted(names & {person.name for person in strangers}):
        raise InputError(f"{both[0]} is enrolled and not enrolled at once ({len(both)} such names); take one out")
    if lost := sorted(stated.keys() - names - {person.name for person in strangers}):
        raise InputError(f"{len(lost)} people of the CSV file have no folder, the first is {lost[0]!r}; mend the names")


def _show_cost(enrolled: Sequence[Person], strangers: Sequence[Person]) -> None:
    photos, others = (sum(len(person.pictures) for person in people) for people in (enrolled, strangers))
    calls = 2 * photos + others
    searched = f", {others:,} pictures of people who are not enrolled" if others else ""
    err.print(f"{len(enrolled):,} people, {photos:,} photos{searched}", highlight=False)
    err.print(f"at most {calls:,} calls, {calls * CALL_USD:,.2f} USD at AWS's list price", highlight=False)


def _policy(file: Path) -> dict[str, Any]:
    try:
        policy = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InputError(f"{file} can't be read as a policy: {problem}") from problem
    if not isinstance(policy, dict):
        raise InputError(f"{file} is no policy: not a JSON object")
    return policy


def _measured(enrolled: Sequence[Person], strangers: Sequence[Person], policy: dict[str, Any]) -> tuple[str, str]:
    """The report as JSON and as a page. Whatever interrupts it, the collection is deleted first."""
    interrupts = Interrupts()
    interrupts.install()
    try:
        with Steps(err) as steps:
            measure = bootstrap.report_people(lambda what, done, total: steps.update(what, done, total))
            return measure(enrolled, strangers, policy)
    except KeyboardInterrupt:
        err.print("stopped; the collection is deleted")
        sys.exit(130)
    finally:
        interrupts.restore()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(f"{folder} can't be made for the report: {problem.strerror}") from problem


def _write(folder: Path, report: tuple[str, str]) -> None:
    try:
        for name, text in zip(("report.json", "report.html"), report, strict=True):
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise InputError(f"the report can't be written to {folder}: {problem.strerror}") from problem
    out.print(f"wrote {folder / 'report.html'} and report.json", highlight=False)
