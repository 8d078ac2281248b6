"""`python -m standins.namus`: serve cases of people who do not exist, as NamUs would."""

from __future__ import annotations

import argparse
import errno
import signal
import socket
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType

DEFAULT_PORT = 14588
DEFAULT_CASES = 100
GRACE = 2  # seconds for open requests when told to end


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to end; returns 0 then, and 2 after a clear line on stderr."""
    options = parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    try:
        return _serve(options)
    except ModuleNotFoundError as error:
        return _complain(f"the package {error.name} is not installed; run `make install`")


def _serve(options: argparse.Namespace) -> int:
    # Here, so that --help needs no package, and a missing one is told in one line.
    import uvicorn

    from standins.namus.app import Server
    from standins.namus.caseset import make_cases
    from standins.namus.records import NamusError

    count = options.cases if options.cases is not None or options.people else DEFAULT_CASES
    try:
        listener = _listen(options.port)
        cases = make_cases(options.people, count, options.seed, options.as_of)
    except NamusError as error:
        return _complain(str(error))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _complain(f"port {options.port} is in use; end what uses it, or name another --port")
        return _complain(str(error))

    class Ready(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(f"ready http://127.0.0.1:{listener.getsockname()[1]}", flush=True)

    app = Server(cases).app()
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE, lifespan="off")
    Ready(config).run(sockets=[listener])
    return 0


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _complain(reason: str) -> int:
    print(f"standins.namus: {reason}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="python -m standins.namus",
        description="A case server on 127.0.0.1 with the public paths, bodies and quirks of NamUs, for people who do "
        "not exist. Prints one line `ready URL` when it serves; ends on Ctrl-C or SIGTERM.",
        epilog="--people DIR: one folder per person with JPEG or PNG pictures and perhaps a person.json "
        "(first_name, last_name, sex, ethnicity, age, missing_since, city, state); what it does not state stays "
        "unknown. The folder is read at start. Further cases are generated and show no faces. "
        "GET /_control/requests counts requests; POST /_control/cases/NUMBER changes or withdraws a case.",
    )
    result.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 takes any free one (default: %(default)s)")
    result.add_argument(
        "--cases",
        type=_count,
        metavar="N",
        help=f"how many, the people's included (default: the people's; without --people {DEFAULT_CASES})",
    )
    result.add_argument("--seed", type=int, default=0, metavar="S", help="another seed, other cases (default: 0)")
    result.add_argument("--people", type=Path, metavar="DIR", help="a folder with one folder of pictures per person")
    result.add_argument(
        "--as-of",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        metavar="YYYY-MM-DD",
        help="every case was changed within the year before this day (default: today)",
    )
    return result


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count


if __name__ == "__main__":
    sys.exit(main())
