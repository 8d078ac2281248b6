"""`homeward deploy`, `destroy`: the stack in an AWS account, or on a local cloud. `package-mwaa`: Airflow beside it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from homeward import bootstrap, deployment, mwaa, removal
from homeward.adapters.stacks import Change
from homeward.cli_system import err, out
from homeward.deployment import SHIPPED_POLICY
from homeward.domain.errors import InputError

Stack = Annotated[str, typer.Option(help="Name of the CloudFormation stack.")]
Region = Annotated[str, typer.Option(help="AWS region; that of your environment when it isn't given.")]
PolicyFile = Annotated[Path, typer.Option(help="Matching policy; used only while none is live.")]
Phones = Annotated[list[str] | None, typer.Option(help="Gets alerts by SMS, e.g. +15555550100; repeat it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change; packages are uploaded for it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask whether to delete the stack.")]
DeleteData = Annotated[bool, typer.Option("--delete-data", help="Delete the data, too; asks for the stack's name.")]
DataOf = Annotated[str, typer.Option(help="The stack's name again, for --delete-data without a terminal.")]
PackageFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder, or one that this made.")]
StartupScript = Annotated[Path, typer.Option("--startup", metavar="FILE", help="Your edited startup.sh.")]
Wheels = Annotated[bool, typer.Option("--wheels", help="Packages in plugins.zip: for web servers without internet.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter", help="NAME=VALUE of infra/template.yaml, e.g. MonthlyBudget=100; repeat it. Others stay."
    ),
]


def deploy(
    stack: Stack = bootstrap.DEFAULT_STACK,
    region: Region = "",
    policy: PolicyFile = SHIPPED_POLICY,
    phone: Phones = None,
    parameter: Parameters = None,
    dry_run: DryRun = False,
) -> None:
    """Deploy to the AWS account of your environment; safe to repeat. Shows every change before it is made."""
    _choose(region)
    if dry_run:
        _show(deployment.plan(stack, _tell, parameters=_pairs(parameter)))
        return
    done = deployment.deploy(stack, policy, phone or (), _tell, show=_show, parameters=_pairs(parameter))
    for name, value in sorted(done.outputs.items()):
        out.print(f"{name}: {value}", highlight=False)


def destroy(
    stack: Stack, region: Region = "", yes: Yes = False, delete_data: DeleteData = False, data_of: DataOf = ""
) -> None:
    """Delete the stack: functions, machines, rules, alarms. Data stays: buckets and tables outlive it, and are named.

    With --delete-data the pictures, cases, tables and face collections go, too, for good: it says what they hold and
    asks for the stack's name; without a terminal, --data-of gives it. The audit log stays in any case: S3 refuses to
    delete it until its lock ends. Stop the cameras and pause the DAGs before.
    """
    _choose(region)
    held = removal.holdings(stack)
    _show_holdings(held, delete_data)
    if not yes:
        typer.confirm(
            f"Delete the stack {stack}? Nothing is searched for, and nobody is alerted, from then on", abort=True
        )
    if delete_data and not data_of:
        if not sys.stdin.isatty():
            raise InputError(f"to delete the data without a terminal, say it twice: --delete-data --data-of {stack}")
        data_of = typer.prompt("Deleted data can't be brought back. The name of the stack whose data goes")
    kept = removal.destroy(held, _tell, data_of if delete_data else "")
    out.print(f"stack {stack} is deleted; kept:", highlight=False)
    for name in kept:
        out.print(f"  {name}", highlight=False)


def package_mwaa(
    out_: PackageFolder = Path("build/mwaa"), startup: StartupScript = mwaa.SHIPPED_STARTUP, wheels: Wheels = False
) -> None:
    """Package Airflow's part for Amazon MWAA: plugins.zip, requirements.txt, startup.sh and dags/, for its bucket.

    The same checkout gives the same bytes. Settings (the stack's name, permissions of the sources of cases) are in
    startup.sh: copy infra/mwaa/startup.sh, edit the copy, and name it. What to do with the files: docs/mwaa.md.
    """
    for path in mwaa.package(out_, startup, wheels=wheels):
        out.print(f"{path}  {path.stat().st_size:,} bytes", highlight=False)


def _show_holdings(held: removal.Holdings, delete_data: bool) -> None:
    fate = "is deleted" if delete_data else "stays"
    table = Table("what", "name", "holds about", "then")
    for one, count in held.deletable:
        table.add_row(one.resource, one.name, f"{count:,}", fate)
    for name in held.collections:
        table.add_row("face collection", name, "", fate)
    for one in held.evidence:
        table.add_row(one.resource, one.name, "", "stays")
    out.print(table)


def _choose(region: str) -> None:
    if region:
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = region


def _pairs(parameters: Sequence[str] | None) -> dict[str, str]:
    """`NAME=VALUE` each; InputError for anything else."""
    for one in parameters or ():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*=.*", one):
            raise InputError(f"{one!r} is not NAME=VALUE; the names are in infra/template.yaml, under Parameters")
    return {name: value for name, _, value in (one.partition("=") for one in parameters or ())}


def _show(changes: Sequence[Change]) -> None:
    if not changes:
        out.print("no changes")
        return
    table = Table("action", "resource", "type", "replaced")
    for change in changes:
        table.add_row(change.action, change.resource, change.kind, change.replacement)
    out.print(table)


def _tell(text: str) -> None:
    err.print(text, highlight=False)
