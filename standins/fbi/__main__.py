"""`python -m standins.fbi`: serve items about people who do not exist, as the FBI's public list would."""

from __future__ import annotations

import argparse
import errno
import signal
import socket
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType

DEFAULT_PORT = 14599

EPILOG = """\
--people DIR: one folder per person with JPEG or PNG pictures and perhaps a person.json (first_name, last_name, sex,
ethnicity, age, missing_since, city, state); what it does not state stays unknown. The folder is read at start.

What the list has:
  GET /wanted/v1/list?page=1&pageSize=50&sort_on=modified&sort_order=desc
  GET /@wanted-person/UID
  GET /wanted/FOLDER/NAME/@@images/image   also with /large or /thumb; items name the addresses

For tests there are paths that the list doesn't have (standins/fbi/README.md tells all of them):
  GET    /_control/items        every item and who it is about; POST {"do": "publish", "count": 3, "what": "missing"},
                                {"do": "status", "status": "located", "count": 1}, touch, withdraw, return
  POST   /_control/items/UID    {"set": {"title": "..."}}: any value under any key, right or wrong
  POST   /_control/faults       {"fault": "status", "status": 403, "on": "image", "times": 3}
  POST   /_control/rate         {"rate": 2, "lockout": 5}: who asks faster is locked out
  GET    /_control/requests     how many requests came, by kind; DELETE starts anew

Example: 1,200 items, two requests a second, and every tenth picture is forbidden:
  python -m standins.fbi --cases 1200 --rate 2 --fault '{"fault": "status", "status": 403, "on": "image", "share": 0.1}'
"""


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
    from standins.fbi.records import FbiError
    from standins.fbi.running import application, run
    from standins.namus.records import NamusError

    try:
        listener = _listen(options.port)
        app = application(options)
    except (FbiError, NamusError) as error:
        return _complain(str(error))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _complain(f"port {options.port} is in use; end what uses it, or name another --port")
        return _complain(str(error))
    run(app, listener)
    return 0


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _complain(reason: str) -> int:
    print(f"standins.fbi: {reason}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="python -m standins.fbi",
        description="A list server on 127.0.0.1 with the public paths and bodies of the FBI's list, for people who do "
        "not exist: missing persons among fugitives, victims and unknown persons. Prints one line `ready URL` when it "
        "serves; ends on Ctrl-C or SIGTERM, and forgets everything that happened to its items.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument(
        "--port", type=_number(0, 65535), default=DEFAULT_PORT, help="0 takes any free one (default: %(default)s)"
    )
    result.add_argument(
        "--cases",
        type=_number(1),
        metavar="N",
        help="how many items, the people's included (default: the people's and 100 others)",
    )
    result.add_argument("--seed", type=int, default=0, metavar="S", help="another seed, other items (default: 0)")
    result.add_argument("--people", type=Path, metavar="DIR", help="a folder with one folder of pictures per person")
    result.add_argument("--faces", action="store_true", help="generated items show drawn faces; without it silhouettes")
    result.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="every item was changed before this day, and what is done under /_control happens on it, a second apart "
        "(default: today, and then at the real time)",
    )
    result.add_argument(
        "--rate",
        type=_number(1),
        metavar="R",
        help="who sends more than R requests in a second is answered 429 (default: never)",
    )
    result.add_argument(
        "--lockout",
        type=_number(0, 86_400),
        default=5,
        metavar="SECONDS",
        help="... and again and again for so long (default: %(default)s)",
    )
    result.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="JSON",
        help="a rule for what goes wrong, as for POST /_control/faults; may be given several times",
    )
    return result


def _number(least: int, most: int = 19_999) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"a number from {least} to {most}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
