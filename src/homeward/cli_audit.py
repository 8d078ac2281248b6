"""`homeward audit`: read the audit trail, verify it, prove one event of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress as Bar
from rich.table import Table

from homeward import bootstrap, cli_system
from homeward.cli_options import Viewer
from homeward.cli_system import err, out
from homeward.domain import audit_format as form
from homeward.domain.audit import SUBJECTS, Asked
from homeward.domain.errors import InputError
from homeward.domain.staff import shown_actor
from homeward.verifier.problems import shown
from homeward.verifier.proofs import check_proof
from homeward.verifier.proofs import prove as make_proof
from homeward.verifier.report import lines
from homeward.verifier.shelf import Folder, Shelf
from homeward.verifier.signatures import PublicKeys, pem
from homeward.verifier.verify import Progress, Verification

app = typer.Typer(help="The audit trail: who did what, on what, why; and whether it is whole.", no_args_is_help=True)
app.callback()(cli_system.join_local)

CopyOf = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="A copy of the audit bucket (it has the folder audit/)."),
]
Keys = Annotated[
    list[Path] | None,
    typer.Option("--public-key", metavar="FILE", help="The public key (PEM); repeat it when a key was replaced."),
]
Since = Annotated[
    str, typer.Option("--from", metavar="HOUR", help="The first hour to verify, e.g. 2026-11-22T21 (UTC).")
]
Until = Annotated[str, typer.Option("--to", metavar="HOUR", help="The last hour; it must be there.")]

SUBJECT = f"A case (namus:MP:51557), a detection's id, or KIND:ID; kinds: {', '.join(SUBJECTS)}."


@app.command()
def show(subject: Annotated[str, typer.Argument(help=SUBJECT)], by: Viewer) -> None:
    """Tell the story of a case, a detection or anything else that was recorded, oldest first."""
    events = bootstrap.record_view().story(Asked.parse(subject), bootstrap.staff().id_of(by))
    table = Table("when (UTC)", "who", "what", "on", "outcome", "reasons", "policy")
    for event in events:
        what = (event.action, event.subject, event.outcome, ", ".join(event.reasons), event.policy_version or "")
        table.add_row(event.at, shown_actor(event.actor, bootstrap.staff().name_of), *what)
    if not events:
        raise typer.BadParameter(f"nothing is known of {subject}", param_hint="SUBJECT")
    out.print(table)


@app.command()
def forget(name: Annotated[str, typer.Argument(help="The name, as it was given with --by.")]) -> None:
    """Let go of the name of somebody who worked with it; records keep an id, and nobody can tell whose it was."""
    if not bootstrap.staff().forget(name):
        raise typer.BadParameter("nobody of that name is known", param_hint="NAME")
    out.print("forgotten")


@app.command()
def verify(since: Since = "", until: Until = "", folder: CopyOf = None, public_key: Keys = None) -> None:
    """Check that the sealed log is whole: one line per problem, exit code 1 if there is one.

    With --folder and --public-key it needs nothing but those files. Without them it reads the deployed bucket and key.
    """
    first, last = (form.check_hour(hour) if hour else None for hour in (since, until))
    verification = Verification(_shelf(folder), _keys(public_key, folder), first, last)
    # Nothing in a folder says that there should be more; in the live bucket the time does.
    expected = None if folder else form.last_overdue(datetime.now(UTC))
    if not folder and not (first or last):
        verification.born = form.hour_of(bootstrap.audit_shelf().made_at())
    found = False
    with _progress() as verification.progress:
        for line, problem in lines(verification, expected):
            print(line, flush=True)
            found |= problem
    raise typer.Exit(int(found))


@app.command()
def prove(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="An event's id.")],
    folder: CopyOf = None,
    public_key: Keys = None,
) -> None:
    """Print the proof that an event is in the sealed log, as JSON; `check-proof` checks it without the log."""
    print(json.dumps(make_proof(event, _shelf(folder), _keys(public_key, folder)), indent=1, ensure_ascii=False))


@app.command("check-proof")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `homeward audit prove` printed.")],
    public_key: Keys = None,
) -> None:
    """Check a proof: exit code 0 and the event, or 1 and what is wrong."""
    try:
        proof = json.loads(_bytes(file))
    except (ValueError, RecursionError):
        raise InputError(f"{file} isn't JSON") from None
    if problem := check_proof(proof, _keys(public_key, None)):
        print(problem)
        raise typer.Exit(1)
    print(shown(f"proved: {json.dumps(proof['event'], ensure_ascii=False)}"))
    print(f"sealed in {proof['digest']['hour']}, at {proof['digest']['sealed_at']}")


@app.command("public-key")
def public_key() -> None:
    """Print the public key (PEM). Keep a copy elsewhere: whoever verifies shouldn't have to ask us for it."""
    print(pem(bootstrap.audit_public_key()), end="")


def _shelf(folder: Path | None) -> Shelf:
    return Folder(folder) if folder else bootstrap.audit_shelf()


def _keys(files: list[Path] | None, folder: Path | None) -> PublicKeys:
    if files:
        return PublicKeys.of(map(_bytes, files))
    if folder:
        raise InputError(
            "a folder is verified with a key that you have: --public-key FILE (`homeward audit public-key`)"
        )
    return PublicKeys.of([bootstrap.audit_public_key()])


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}") from error


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on stderr for as long as it takes."""
    with Bar(console=err, transient=True) as bar:
        task = bar.add_task("listing", total=None)
        yield lambda done, of, events: bar.update(
            task, completed=done, total=of, description=f"{done} of {of} hours, {events} events"
        )
