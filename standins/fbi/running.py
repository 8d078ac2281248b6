"""From the command line's options to a server that runs."""

from __future__ import annotations

import argparse
import json
import socket
from datetime import UTC, datetime
from itertools import islice

import uvicorn
from starlette.types import ASGIApp

from standins.fbi.app import Server
from standins.fbi.clock import Clock
from standins.fbi.faults import FaultError, Rules
from standins.fbi.generated import Maker
from standins.fbi.manners import Manners
from standins.fbi.people import people_entries
from standins.fbi.records import FbiError
from standins.fbi.wanted import Wanted

DEFAULT_CASES = 100  # besides the people
GRACE = 2  # seconds for open requests when told to end


def application(options: argparse.Namespace) -> ASGIApp:
    """The server that the options ask for. Raises FbiError, or NamusError for what is wrong with the people."""
    rules = _rules(options.fault, options.seed)
    today = options.as_of or datetime.now(UTC).date()
    people = people_entries(options.people, options.seed, today) if options.people else []
    count = DEFAULT_CASES + len(people) if options.cases is None else options.cases
    drafts = Maker(options.seed, today, options.faces).entries()
    first = [*people, *islice(drafts, max(count - len(people), 0))]
    wanted = Wanted(first[:count], drafts, Clock(options.as_of))
    return Server(wanted, rules, Manners(options.rate, options.lockout)).app()


def run(app: ASGIApp, listener: socket.socket) -> None:
    """Serve on the socket until told to end; say so once it is ready."""

    class Ready(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"ready http://127.0.0.1:{listener.getsockname()[1]}", flush=True)

    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE, lifespan="off")
    Ready(config).run(sockets=[listener])


def _rules(texts: list[str], seed: int) -> Rules:
    rules = Rules(seed)
    for text in texts:
        try:
            rules.add(json.loads(text))
        except json.JSONDecodeError as error:
            raise FbiError(f"--fault {text}: no JSON ({error})") from error
        except FaultError as error:
            raise FbiError(f"--fault {text}: {error}") from error
    return rules
