"""`homeward camera`: which cameras may send pictures, and whether they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Column, Table

from homeward import bootstrap, cli_system
from homeward.cli_system import err, out
from homeward.domain.cameras import CameraState
from homeward.enrolment import enrol as enrol_camera
from homeward.enrolment import revoke as revoke_camera

app = typer.Typer(help="Cameras: enrol one, revoke it, see which are silent.", no_args_is_help=True)
app.callback()(cli_system.join_local)

Camera = Annotated[str, typer.Argument(metavar="CAMERA", help="Its id: letters, digits, '_' and '-', e.g. lobby.")]
Stack = Annotated[str, typer.Option(help="Name of Homeward's CloudFormation stack.")]


def _tell(text: str) -> None:
    err.print(text, style="dim", highlight=False, soft_wrap=True)


@app.command()
def enrol(
    camera: Camera,
    stack: Stack = bootstrap.DEFAULT_STACK,
    new_key: Annotated[bool, typer.Option("--new-key", help="Replace its key; the old one ends at once.")] = False,
) -> None:
    """Let a camera send pictures: prints a section for its AWS credentials file. The secret is shown this once."""
    done = enrol_camera(stack, camera, bootstrap.settings(), _tell, new_key=new_key)
    if done.key is None:
        err.print(f"{camera} is enrolled and keeps its key; a lost one is replaced with --new-key")
        return
    out.print(f"[{camera}]", markup=False, highlight=False)
    out.print(f"aws_access_key_id = {done.key.key_id}", highlight=False)
    out.print(f"aws_secret_access_key = {done.key.secret}", highlight=False, soft_wrap=True)
    out.print(f"region = {done.region}", highlight=False)
    _tell(f'In the camera\'s homeward-camera.toml: bucket = "{done.bucket}", id = "{camera}", profile = "{camera}"')


@app.command()
def revoke(camera: Camera, stack: Stack = bootstrap.DEFAULT_STACK) -> None:
    """Refuse everything that a camera sends from now on. What it sent stays."""
    revoke_camera(stack, camera, bootstrap.settings(), _tell)
    out.print(f"revoked: {camera}")


@app.command("list")
def list_cameras() -> None:
    """Show every camera that is enrolled or ever beat; exit code 1 when one is silent or troubled."""
    now, states = datetime.now(UTC), bootstrap.cameras().all()
    table = Table(Column("camera", no_wrap=True), "is", "heard of", "waiting", "dropped", "clock", "agent", "troubles")
    for state in states:
        told = (str(state.waiting), str(state.dropped), _clock(state), state.version or "-", "\n".join(state.troubles))
        table.add_row(state.camera, _condition(state, now), _ago(now - state.beat_at), *told)
    out.print(table if states else "No camera is enrolled: homeward camera enrol CAMERA")
    if any(state.silent(now) or state.troubled for state in states):
        raise typer.Exit(1)


def _condition(state: CameraState, now: datetime) -> str:
    if state.silent(now):
        return "[red]silent[/red]"
    if state.troubled:
        return "[yellow]troubled[/yellow]"
    return "well" if state.version else "expected"


def _clock(state: CameraState) -> str:
    return "-" if state.skew is None else f"{state.skew.total_seconds():+.0f} s"


def _ago(time: timedelta) -> str:
    recent = time < timedelta(days=2)
    return f"{time.total_seconds() / 60:.0f} min ago" if recent else f"{time.days} days ago"
