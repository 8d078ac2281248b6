"""`python -m standins.namus`: serve cases of people who do not exist, as NamUs would."""

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

DEFAULT_PORT = 14588
DEFAULT_UNIDENTIFIED = 20

EPILOG = """\
--people DIR: one folder per person with JPEG or PNG pictures and perhaps a person.json (first_name, last_name, sex,
ethnicity, age, missing_since, city, state); what it does not state stays unknown. The folder is read at start.

For tests there are paths that the site doesn't have (standins/namus/README.md tells all of them):
  GET    /_control/requests       how many requests came, by kind; DELETE starts anew
  POST   /_control/cases          {"do": "publish", "count": 3}, {"do": "withdraw", "share": 0.03}, ... resolve, touch
  POST   /_control/cases/NUMBER   {"resolved": true}, {"withdrawn": true}, {"modifiedDateTime": "now"}
  POST   /_control/cases/NUMBER/photos   a picture, or nothing for a drawn face; PUT and DELETE with /IDENTITY
  POST   /_control/faults         {"fault": "status", "status": 429, "retry_after": 2, "on": "detail", "times": 3}
  GET    /_control/faults/kinds   what can go wrong, and its options

Example: a tenth of all pictures fail, and one case is a maintenance page for ever:
  python -m standins.namus --cases 500 --faces \\
    --fault '{"fault": "status", "status": 503, "on": "image", "share": 0.1}' \\
    --fault '{"fault": "html", "on": "detail", "case": 51557}'
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
    from standins.namus.records import NamusError
    from standins.namus.running import application, run

    try:
        listener = _listen(options.port)
        app = application(options)
    except NamusError as error:
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
    print(f"standins.namus: {reason}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="python -m standins.namus",
        description="A case server on 127.0.0.1 with the public paths, bodies and quirks of NamUs, for people who do "
        "not exist. Prints one line `ready URL` when it serves; ends on Ctrl-C or SIGTERM, and forgets everything that "
        "happened to its cases.",
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
        help="how many, the people's included (default: the people's; without --people 100)",
    )
    result.add_argument("--seed", type=int, default=0, metavar="S", help="another seed, other cases (default: 0)")
    result.add_argument("--people", type=Path, metavar="DIR", help="a folder with one folder of pictures per person")
    result.add_argument(
        "--faces", action="store_true", help="generated cases show drawn faces, as many as real cases have pictures"
    )
    result.add_argument(
        "--unidentified",
        type=_number(0),
        default=DEFAULT_UNIDENTIFIED,
        metavar="N",
        help="cases of unidentified persons beside them (default: %(default)s)",
    )
    result.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="every case was changed within the year before this day, and what is done under /_control happens on it, "
        "a second apart (default: today, and then at the real time)",
    )
    result.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="JSON",
        help="a rule for what goes wrong, as for POST /_control/faults; may be given several times",
    )
    return result


def _number(least: int, most: int = 199_999) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"a number from {least} to {most}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
