"""`homeward deploy` and `destroy`: the stack in an AWS account, or on a local cloud."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from homeward import bootstrap, deployment
from homeward.adapters.stacks import Change
from homeward.cli_system import err, out
from homeward.deployment import SHIPPED_POLICY

Stack = Annotated[str, typer.Option(help="Name of the CloudFormation stack.")]
Region = Annotated[str, typer.Option(help="AWS region; that of your environment when it isn't given.")]
PolicyFile = Annotated[Path, typer.Option(help="Matching policy; used only while none is live.")]
Phones = Annotated[list[str] | None, typer.Option(help="Gets alerts by SMS, e.g. +15555550100; repeat it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change; packages are uploaded for it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def deploy(
    stack: Stack = bootstrap.DEFAULT_STACK,
    region: Region = "",
    policy: PolicyFile = SHIPPED_POLICY,
    phone: Phones = None,
    dry_run: DryRun = False,
) -> None:
    """Deploy to the AWS account of your environment; safe to repeat. Shows every change before it is made."""
    _choose(region)
    if dry_run:
        _show(deployment.plan(stack, _tell))
        return
    done = deployment.deploy(stack, policy, phone or (), _tell, show=_show)
    for name, value in sorted(done.outputs.items()):
        out.print(f"{name}: {value}", highlight=False)


def destroy(stack: Stack, region: Region = "", yes: Yes = False) -> None:
    """Delete the stack: functions, machines, rules, alarms. Data stays: buckets and tables outlive it.

    Deleting those, too, is for a person in the AWS console or command line, bucket by bucket and table by table: the
    sealed audit log refuses it until its lock ends. The face collection stays as well.
    """
    _choose(region)
    if not yes:
        typer.confirm(
            f"Delete the stack {stack}? Nothing is searched for, and nobody is alerted, from then on", abort=True
        )
    kept = deployment.destroy(stack, _tell)
    out.print(f"stack {stack} is deleted; its data is kept in:", highlight=False)
    for name in kept:
        out.print(f"  {name}", highlight=False)


def _choose(region: str) -> None:
    if region:
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = region


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
