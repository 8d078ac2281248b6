"""`homeward suppress`: the list of cases that must stay out of the collection."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from homeward import bootstrap, cli_system
from homeward.cli_options import Note, Person, Viewer
from homeward.cli_system import out
from homeward.domain.cases import CaseKey
from homeward.domain.staff import shown_actor

app = typer.Typer(help="Cases that must stay out of the collection, whatever their source says.", no_args_is_help=True)
app.callback()(cli_system.join_local)

Key = Annotated[str, typer.Argument(metavar="CASE", help="Case key, e.g. namus:MP:51557.")]


@app.command("add")
def add(case: Key, by: Person, note: Note = "") -> None:
    """Take a case out of matching and of the collection, and keep it out until a person lifts this."""
    person = bootstrap.staff().id_of(by)
    photos = bootstrap.suppress_case()(CaseKey.parse(case), person, note)
    out.print(f"suppressed: {case}, {photos} photos leave")
    removed = bootstrap.remove_faces(f"person:{person}").remove()
    out.print(f"removed: {removed['faces']} faces of {removed['photos']} photos")


@app.command("lift")
def lift(case: Key, by: Person, note: Note = "") -> None:
    """Take a case off the list; the next sync brings it back if its source still lists it."""
    bootstrap.suppress_case().lift(CaseKey.parse(case), bootstrap.staff().id_of(by), note)
    out.print(f"lifted: {case}")


@app.command("list")
def list_entries(by: Viewer) -> None:
    """Show the list: RESOLVED and VANISHED entries end when the source publishes the case again."""
    bootstrap.record_view()(bootstrap.staff().id_of(by), "suppressions", "list:suppressions")
    table = Table(Column("case", no_wrap=True), "reason", "since", "by", "note")
    for entry in sorted(bootstrap.suppressions().all(), key=lambda one: one.since):
        since = f"{entry.since:%Y-%m-%d %H:%M} UTC"
        by = shown_actor(entry.by, bootstrap.staff().name_of)
        table.add_row(str(entry.case), entry.reason.value, since, by, entry.note)
    out.print(table if table.row_count else "No case is suppressed.")
