"""`homeward erase`: everything about a case, or a detection, out of every store."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from homeward import bootstrap, cli_system
from homeward.cli_options import Person
from homeward.cli_system import err, out
from homeward.domain.erasures import Erasure, ErasureState, Target

Which = Annotated[str, typer.Argument(metavar="CASE|DETECTION", help="Case key (namus:MP:51557) or a detection's id.")]
Why = Annotated[str, typer.Option("--reason", help="Why, in your words. No names of people. It stays for good.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count what each store holds of it.")]


def erase(target: Which, reason: Why, by: Person, dry_run: DryRun = False, aws: cli_system.Aws = False) -> None:
    """Erase a case or a detection from every store, for good, and confirm it by looking again.

    A store that is down delays it: `expire_records` tries again every day until all have confirmed.
    """
    cli_system.join_local(aws)
    parsed, person = Target.parse(target), bootstrap.staff().id_of(by)
    step = bootstrap.erase_record(f"person:{person}")
    if dry_run:
        table = Table("store", Column("would be erased", justify="right"))
        for name, count in step.preview(parsed).items():
            table.add_row(name, str(count))
        out.print(table)
        return
    bootstrap.request_erasure()(parsed, person, reason)
    err.print(f"noted: {parsed}; now every store", highlight=False)
    _show(step(parsed))


def _show(erasure: Erasure) -> None:
    table = Table("store", Column("erased", justify="right"), "confirmed (UTC)", "problem")
    for name in dict.fromkeys([*erasure.confirmed, *erasure.problems]):
        known = erasure.confirmed.get(name)
        counts = (str(known.erased), known.at) if known else ("", "")
        table.add_row(name, *counts, erasure.problems.get(name, ""))
    out.print(table)
    out.print(f"{erasure.state}: {erasure.target}", highlight=False)
    if erasure.state is ErasureState.PENDING:
        out.print("What is left is tried again by every run of expire_records, or by this command.", highlight=False)
        raise typer.Exit(1)
