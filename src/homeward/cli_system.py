"""`homeward up`, `down`, `status` and `demo`: the local system."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from homeward import bootstrap, deployment
from homeward.domain.status import StatusLine
from homeward.local import commands, demo
from homeward.local.display import Steps, alert_panel, faces_table, sync_lines
from homeward.local.environment import UNHURRIED, Endpoints, aws_environment
from homeward.local.home import Home
from homeward.local.ports import Ports
from homeward.local.run_record import RunRecord
from homeward.local.system import LocalOptions, LocalSystem

# Tables must stay readable in a log, too.
out = Console(width=None if sys.stdout.isatty() else 160)
err = Console(stderr=True)

CloudPort = Annotated[int, typer.Option(help="Port of the local cloud.")]
RekognitionPort = Annotated[int, typer.Option(help="Port of the face service.")]
NamusPort = Annotated[int, typer.Option(help="Port of the case server.")]
FbiPort = Annotated[int, typer.Option(help="Port of the list server.")]
AirflowPort = Annotated[int, typer.Option(help="Port of Airflow's UI.")]
PORTS = Ports()


def up(
    cloud_port: CloudPort = PORTS.cloud,
    rekognition_port: RekognitionPort = PORTS.rekognition,
    namus_port: NamusPort = PORTS.namus,
    fbi_port: FbiPort = PORTS.fbi,
    airflow_port: AirflowPort = PORTS.airflow,
) -> None:
    """Run the whole local system until Ctrl-C. Prints `ready <url>` when it serves."""
    home = Home.default()
    options = LocalOptions(
        home=home,
        ports=Ports(cloud_port, rekognition_port, namus_port, fbi_port, airflow_port),
        namus_arguments=("--seed", "1", "--people", str(home.people / "people")),
        make_people=("--out", str(home.people)),
        environment=UNHURRIED,
        deploy=_deploy_shipped,
    )
    with Steps(err) as steps:
        commands.up(options, steps.part, _announce)


def _deploy_shipped(environment: Mapping[str, str]) -> None:
    os.environ.update(environment)  # for this process's own boto3
    deployment.deploy()


def _announce(system: LocalSystem) -> None:
    passwords = system.options.home.airflow
    err.print(f"Airflow: user admin, password {system.passwords['admin']} (all users: {passwords})", highlight=False)
    print(f"ready {system.endpoints.airflow}", flush=True)


def down() -> None:
    """Stop what `homeward up` or `homeward demo` started; says so when nothing runs."""
    stopped = [home.root for home in _homes() if commands.down(home)]
    out.print(f"stopped {', '.join(map(str, stopped))}" if stopped else "nothing runs", highlight=False)


def status(
    aws: Annotated[bool, typer.Option("--aws", help="Only your AWS account, whatever runs on this machine.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="The system's lines as JSON, for monitoring.")] = False,
) -> None:
    """Show how everything is doing; what isn't well names its runbook.

    Exit code 0: all well, 1: something needs somebody, 3: nothing runs here (start with homeward up, or ask --aws).
    """
    parts = commands.Condition.UP if aws else _parts(quiet=json_)
    if parts is commands.Condition.DOWN:
        out.print("nothing runs here; start with: homeward up (or ask your AWS account: homeward status --aws)")
        sys.exit(parts)
    join_local(aws)
    lines = bootstrap.read_status()().lines()
    if json_:
        print(json.dumps([line.to_json() for line in lines], indent=1))
    else:
        out.print(_status_table(lines))
    sys.exit(max(parts, 0 if all(line.well for line in lines) else commands.Condition.BROKEN))


def _parts(*, quiet: bool) -> commands.Condition:
    """The parts of the local systems that run, as a table; the worst condition of them."""
    running = [found for home in _homes() if (found := commands.status(home)).condition is not commands.Condition.DOWN]
    if not running:
        return commands.Condition.DOWN
    table = Table("part", "state", "pid", "address", "up for")
    for row in (row for each in running for row in each.rows):
        uptime = f"{row.uptime:.0f} s" if row.uptime is not None else ""
        table.add_row(row.part, row.state, str(row.pid or ""), row.address, uptime)
    if not quiet:
        out.print(table)
    return max(each.condition for each in running)


def _status_table(lines: Sequence[StatusLine]) -> Table:
    table = Table("", "now", "what to do")
    for line in lines:
        todo = "" if line.well or line.page is None else line.page.path
        table.add_row(line.what, line.now, todo, style=None if line.well else "red")
    return table


def _homes() -> list[Home]:
    """The state folder, and those of demos below it."""
    home = Home.default()
    return [home, *demo.homes_below(home)]


Aws = Annotated[bool, typer.Option("--aws", help="Ask the AWS account even if a local system runs on this machine.")]


def join_local(aws: Aws = False) -> None:
    """Before a command that reads or answers: point it at the local system, if one runs."""
    for home in _homes():
        record = RunRecord.load(home)
        if aws or record is None or commands.status(home).condition is commands.Condition.DOWN:
            continue
        addresses = {name: record.parts[name].address for name in ("cloud", "rekognition", "namus", "fbi")}
        endpoints = Endpoints(**addresses, airflow=record.address)
        os.environ.update(aws_environment(endpoints, home))
        err.print(f"(local system on {home.root})", style="dim", highlight=False)
        return


def run_demo(
    exit_: Annotated[bool, typer.Option("--exit", help="Stop after the result; exit code 0 only for success.")] = False,
    people: Annotated[
        Path | None, typer.Option(help="Your own pictures of the missing: one folder per person.")
    ] = None,
    frames: Annotated[
        Path | None, typer.Option(help="Your own camera pictures, with any number of faces each.")
    ] = None,
    json_: Annotated[Path | None, typer.Option("--json", help="Write the result to this file, too.")] = None,
    cloud_port: CloudPort = PORTS.cloud,
    rekognition_port: RekognitionPort = PORTS.rekognition,
    namus_port: NamusPort = PORTS.namus,
    fbi_port: FbiPort = PORTS.fbi,
    airflow_port: AirflowPort = PORTS.airflow,
) -> None:
    """Find a missing person, from nothing to the alert.

    Starts everything on this machine, makes people who do not exist (or takes your pictures), lets Airflow ingest them,
    plays camera pictures, and shows every face with its decision and the alert with its reasons. Ctrl-C stops it all.

    With your own pictures nothing is alerted unasked: the shipped policy has no measured error rates for them, so every
    match is a question to a person.
    """
    if (people is None) != (frames is None):
        raise typer.BadParameter("give both --people and --frames, or neither")
    ports = Ports(cloud_port, rekognition_port, namus_port, fbi_port, airflow_port)
    options = demo.DemoOptions(Home.default(), ports, people, frames)
    try:
        result = _demo(options, exit_, json_)
    except KeyboardInterrupt:
        err.print("stopped")
        sys.exit(130)
    sys.exit(0 if result.succeeded(options.own) else 1)


def _demo(options: demo.DemoOptions, leave: bool, json_file: Path | None) -> demo.DemoResult:
    with Steps(err) as steps:
        demo.check(options, lambda done, total: steps.update("check your pictures", done, total))
        system = LocalSystem(demo.local_options(options), steps.part)
        with system:
            report = demo.ingest(system, lambda done, total, note: steps.update("ingest (Airflow)", done, total, note))
            played = demo.watch(options, system, lambda done, total: steps.update("camera pictures", done, total))
            result = demo.collect(system, report, played)
            steps.stop()
            if json_file:
                demo.write_json(result, json_file)
            _show(result, system)
            if not leave:
                out.print("Ctrl-C stops everything.")
                _wait(system)
    return result


def _wait(system: LocalSystem) -> None:
    try:
        system.wait()
    except KeyboardInterrupt:
        return


def _show(result: demo.DemoResult, system: LocalSystem) -> None:
    for line in sync_lines(result.report):
        out.print(line, highlight=False)
    out.print(faces_table(result.faces))
    for frame, problem in result.playback.unreadable.items():
        err.print(f"{frame}: {problem}", style="red")
    for face, message in result.alerts[:1]:
        out.print(alert_panel(face, message, demo.audit_story(face.detection_id)))
    for _, message in result.alerts[1:]:
        out.print(f"SMS: {message}", highlight=False)
    out.print(
        f"Airflow: {system.endpoints.airflow} (user admin, password {system.passwords['admin']})", highlight=False
    )
