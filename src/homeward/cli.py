"""The `homeward` command. Thin: it reads arguments, makes one call, and shows the answer."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.table import Column, Table

from homeward import (
    __version__,
    bootstrap,
    cli_alerts,
    cli_audit,
    cli_bias,
    cli_cameras,
    cli_capacity,
    cli_cost,
    cli_deploy,
    cli_erase,
    cli_suppress,
    cli_system,
)
from homeward.cli_options import Note, Person, Viewer
from homeward.cli_system import err, out
from homeward.domain.alerts import shown
from homeward.domain.cases import CaseKey
from homeward.domain.errors import HomewardError
from homeward.domain.reviews import ReviewVerdict

app = typer.Typer(
    name="homeward",
    help="Finds missing people in camera pictures. Start with: homeward demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
review_app = typer.Typer(help="Questions to people: list them, answer them.", no_args_is_help=True)
app.command("demo")(cli_system.run_demo)
app.command()(cli_system.up)
app.command()(cli_system.down)
app.command()(cli_system.status)
app.command()(cli_deploy.deploy)
app.command()(cli_deploy.destroy)
app.command()(cli_deploy.package_mwaa)
app.command("cost")(cli_cost.cost)
app.command("capacity")(cli_capacity.capacity)
app.command("bias")(cli_bias.bias)
app.command("erase")(cli_erase.erase)
app.add_typer(review_app, name="review")
app.add_typer(cli_alerts.app, name="alert")
app.add_typer(cli_audit.app, name="audit")
app.add_typer(cli_suppress.app, name="suppress")
app.add_typer(cli_cameras.app, name="camera")
review_app.callback()(cli_system.join_local)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


@review_app.command("list")
def list_reviews(by: Viewer) -> None:
    """Show the open questions, those that expire first first."""
    bootstrap.record_view()(bootstrap.staff().id_of(by), "reviews", "list:open_reviews")
    whole = Column("detection", no_wrap=True)  # people copy it: the other columns give way on a narrow screen
    table = Table(whole, "case", "similarity", "review / alert from", "place", "why a person", "answers", "until")
    for review in bootstrap.reviews().list_open():
        detection, decision = review["question"]["detection"], review["question"]["decision"]
        bounds = decision["thresholds"]
        table.add_row(
            review["detection_id"],
            review["case"],
            shown(decision["best"]["similarity"]),
            f"{bounds['review']:.1f} / {bounds['alert']:.1f}",
            detection["place"],
            ", ".join(decision["reasons"]),
            f"{len(review.get('answers', []))} of {review['reviewers']}",
            review["expires_at"],
        )
    out.print(table if table.row_count else "No open reviews.")


Answered = Annotated[
    str, typer.Argument(metavar="DETECTION", help="The detection, as `homeward review list` shows it.")
]


LookAlike = Annotated[
    str,
    typer.Option("--look-alike", metavar="CASE", help="Mark this case as one that the review's is easily taken for."),
]


@review_app.command()
def confirm(detection: Answered, by: Person, note: Note = "", look_alike: LookAlike = "") -> None:
    """It may be this person: the alert goes out, when as many people as the policy asks for have confirmed."""
    _answer(detection, ReviewVerdict.CONFIRMED, by, note, look_alike)


@review_app.command()
def reject(detection: Answered, by: Person, note: Note = "", look_alike: LookAlike = "") -> None:
    """It is not this person: nothing goes out, and the pair isn't asked about again for a while."""
    _answer(detection, ReviewVerdict.REJECTED, by, note, look_alike)


@review_app.command()
def inconclusive(detection: Answered, by: Person, note: Note = "", look_alike: LookAlike = "") -> None:
    """Nobody could tell from these pictures: nothing goes out."""
    _answer(detection, ReviewVerdict.INCONCLUSIVE, by, note, look_alike)


def _answer(detection: str, verdict: ReviewVerdict, reviewer: str, note: str, look_alike: str) -> None:
    by = bootstrap.staff().id_of(reviewer)
    if look_alike:  # first: a key that is none must not be found after the answer is given
        case, other = CaseKey.parse(bootstrap.reviews().get(detection)["case"]), CaseKey.parse(look_alike)
        bootstrap.mark_look_alike()(case, other, by, note or f"said in the review of {detection}")
        out.print(f"look-alikes: {case}, {other}")
    decided = bootstrap.answer_review()(detection, verdict, by, note)
    out.print(f"{decided}: {detection}" if decided else f"{verdict} by {reviewer}; somebody else must look as well")


def main() -> None:
    """Run the command; an error of ours is one line and exit code 2."""
    try:
        app()
    except HomewardError as problem:
        err.print(f"homeward: {problem}", style="red", highlight=False, soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
