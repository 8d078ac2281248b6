"""Runs the local system in a process of its own for the tests: prints `part state` for each event on standard error.

Arguments: home, checkout, and the five ports. With HOLD_DEPLOY the deployment goes on until somebody interrupts it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from homeward.local.commands import up
from homeward.local.errors import LocalError
from homeward.local.home import Home
from homeward.local.part import Event
from homeward.local.ports import Ports
from homeward.local.system import LocalOptions, LocalSystem


def say(line: str) -> None:
    """In one piece: several threads say something."""
    os.write(sys.stderr.fileno(), f"{line}\n".encode())


def show(event: Event) -> None:
    say(f"{event.part} {event.state}")


def deploy(environment: Mapping[str, str]) -> None:
    say("deploying")
    while os.environ["HOLD_DEPLOY"]:
        signal.pause()


def announce(system: LocalSystem) -> None:
    print(f"ready {system.endpoints.airflow}", flush=True)


def main(home: str, checkout: str, *ports: str) -> int:
    options = LocalOptions(
        home=Home(Path(home)), ports=Ports(*map(int, ports)), repository=Path(checkout), deploy=deploy
    )
    try:
        up(options, show, announce)
    except LocalError as error:
        say(f"error {error}")
        return 2
    say("clean")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
