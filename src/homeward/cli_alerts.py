"""`homeward alert`: what went out, and taking it back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from homeward import bootstrap, cli_system
from homeward.cli_options import Note, Person, Viewer
from homeward.cli_system import out
from homeward.domain.alerts import RetractionReason, shown
from homeward.domain.cases import CaseKey

app = typer.Typer(help="Alerts: what went out, what came after it, taking one back.", no_args_is_help=True)
app.callback()(cli_system.join_local)

Detection = Annotated[str, typer.Argument(metavar="DETECTION", help="The alert's reference: its detection's id.")]
Case = Annotated[str, typer.Argument(metavar="CASE", help="Case key, e.g. namus:MP:51557.")]
Reason = Annotated[RetractionReason, typer.Option(help="Why it no longer stands; subscribers are told.")]


@app.command("show")
def show(detection: Detection, by: Viewer) -> None:
    """Show an alert, and every sighting of the case at the same place that was counted to it."""
    row = bootstrap.detections().get(detection)
    best = (row.get("decision") or {}).get("best")
    if best is None:
        raise typer.BadParameter("it matched no case that could be alerted", param_hint="DETECTION")
    bootstrap.record_view()(bootstrap.staff().id_of(by), "alert", f"detection:{detection}", best["case"])
    history = bootstrap.alerts().history(CaseKey.parse(best["case"]), row["place"])
    rows = [one for one in history if detection in (one["alert_id"], one.get("of"))]
    table = Table(Column("detection", no_wrap=True), "what became of it", "kind", "similarity", "when (UTC)")
    for one in rows:
        when = one.get("sent_at") or one.get("seen_at") or one.get("released_at") or one.get("reserved_at", "")
        similarity = shown(one["similarity"]) if "similarity" in one else ""
        table.add_row(one["alert_id"], one["state"], one.get("kind", ""), similarity, when)
    repeats = sum(one["state"] == "DUPLICATE" for one in rows)
    out.print(f"{best['case']} at {row['place']}: {repeats} further sightings", highlight=False)
    out.print(table)


@app.command("retract")
def retract(detection: Detection, reason: Reason, by: Person) -> None:
    """Take an alert back: whoever got it gets one more message that says so."""
    bootstrap.retract_alert()(detection, reason, f"person:{bootstrap.staff().id_of(by)}")
    out.print(f"retracted: {detection}")


@app.command("look-alike")
def look_alike(case: Case, other: Case, by: Person, why: Note) -> None:
    """Mark two cases whose people are easily taken for each other; a person tells them apart from now on."""
    bootstrap.mark_look_alike()(CaseKey.parse(case), CaseKey.parse(other), bootstrap.staff().id_of(by), why)
    out.print(f"look-alikes: {case}, {other}")
