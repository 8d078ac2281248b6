"""From the command line's options to a server that runs."""

from __future__ import annotations

import argparse
import json
import socket
from datetime import UTC, datetime

import uvicorn
from starlette.types import ASGIApp

from standins.namus.app import Server
from standins.namus.caseset import CaseSet, make_cases, make_unidentified
from standins.namus.clock import Clock
from standins.namus.faults.fault import FaultError
from standins.namus.faults.rules import Rules
from standins.namus.faults.wire import Protocol
from standins.namus.fields import UNCLAIMED_FIELDS
from standins.namus.records import MISSING, UNIDENTIFIED, NamusError

DEFAULT_CASES = 100
GRACE = 2  # seconds for open requests when told to end


def application(options: argparse.Namespace) -> ASGIApp:
    """The server that the options ask for. Raises NamusError."""
    rules = _rules(options.fault, options.seed)
    today = options.as_of or datetime.now(UTC).date()
    count = options.cases if options.cases is not None or options.people else DEFAULT_CASES
    missing = make_cases(options.people, count, options.seed, today, options.faces)
    sets = {
        MISSING: missing,
        UNIDENTIFIED: make_unidentified(options.unidentified, options.seed, today, missing),
        "UnclaimedPersons": CaseSet([], UNCLAIMED_FIELDS),
    }
    return Server(sets, rules, Clock(options.as_of)).app()


def run(app: ASGIApp, listener: socket.socket) -> None:
    """Serve on the socket until told to end; say so once it is ready."""

    class Ready(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"ready http://127.0.0.1:{listener.getsockname()[1]}", flush=True)

    config = uvicorn.Config(
        app, http=Protocol, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE, lifespan="off"
    )
    Ready(config).run(sockets=[listener])


def _rules(texts: list[str], seed: int) -> Rules:
    rules = Rules(seed)
    for text in texts:
        try:
            rules.add(json.loads(text))
        except json.JSONDecodeError as error:
            raise NamusError(f"--fault {text}: no JSON ({error})") from error
        except FaultError as error:
            raise NamusError(f"--fault {text}: {error}") from error
    return rules
