"""`python -m edge.agent`: find the faces in camera pictures, upload a crop of each, and say what was done.

A camera that is too weak to look for faces, or shows crowds, uploads its whole pictures: `--whole`.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

CAMERA = re.compile(r"[A-Za-z0-9_-]{1,40}")
PLACE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
DEFAULT_MIN_FACE = 40  # pixels; the face service does not find smaller ones
SECONDS_BETWEEN_LINES = 3.0


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when every picture was processed, 1 when some were not, 2 after a reason why the agent can't work."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    report = Report(options.json)
    try:
        return _work(options, report)
    except ModuleNotFoundError as error:
        return _complain(f"the package {error.name} is not installed; run `make install`", 2)
    except KeyboardInterrupt:
        return _complain("stopped before all pictures were processed", 1)


class Report:
    """The lines on stdout, and at the end the same as one JSON list in a file."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._lines, self._said = file, list[dict[str, Any]](), time.monotonic()

    def add(self, line: dict[str, Any], total: int) -> None:
        """Print the line, and now and then on stderr how far the work is."""
        self._lines.append(line)
        print(json.dumps(line), flush=True)
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            done = len({line["frame"] for line in self._lines})
            print(f"edge: {done}/{total} pictures", file=sys.stderr, flush=True)

    def close(self) -> bool:
        """Write the file; whether every picture was processed. Raises OSError."""
        if self._file:
            self._file.write_text(json.dumps(self._lines, indent=1) + "\n")
        return not any("error" in line for line in self._lines)


def _work(options: argparse.Namespace, report: Report) -> int:
    # Here, so that --help needs no package, and a missing one is told in one line.
    from edge.errors import EdgeError
    from edge.faces import Detector
    from edge.processing import Processing, WholePictures
    from edge.sources import find_pictures
    from edge.upload import Uploader

    try:
        pictures = find_pictures(options.source)
        uploader = Uploader(options.bucket, options.camera, options.place)
        work = (
            WholePictures(uploader)
            if options.whole
            else Processing(Detector(options.models), uploader, options.min_face)
        )
        for line in work.run(pictures):
            report.add(line, len(pictures))
        return 0 if report.close() else 1
    except EdgeError as error:
        return _complain(str(error), 2)
    except OSError as error:
        return _complain(f"cannot write {options.json}: {error.strerror}", 2)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _complain(reason: str, code: int) -> int:
    print(f"edge.agent: {reason}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="python -m edge.agent",
        description="Finds the faces in a folder of camera pictures and uploads a crop of each to S3. Prints one JSON "
        "line per crop, and one for each picture without a face or that can't be read. With --whole it uploads the "
        "pictures themselves, and the cloud finds the faces.",
        epilog="AWS settings come from the environment: AWS_ENDPOINT_URL, AWS_DEFAULT_REGION, credentials. "
        "Exit code: 0 all pictures were processed, 1 some were not, 2 the agent can't work.",
    )
    result.add_argument("--source", type=Path, required=True, metavar="FOLDER", help="pictures, taken by name")
    result.add_argument("--camera", type=_matching(CAMERA), required=True, metavar="ID", help="letters, digits, -, _")
    result.add_argument("--place", type=_matching(PLACE), required=True, metavar="NAME", help="where the camera is")
    result.add_argument("--bucket", required=True, metavar="B", help="bucket to upload to")
    result.add_argument(
        "--whole", action="store_true", help="upload whole pictures (JPEG or PNG, 15 MB at most) instead of faces"
    )
    result.add_argument(
        "--min-face",
        type=_pixels,
        default=DEFAULT_MIN_FACE,
        metavar="PX",
        help="the shorter side of the smallest face to upload (default: %(default)s)",
    )
    result.add_argument("--models", type=Path, metavar="DIR", help="a folder with YuNet, instead of the package's")
    result.add_argument("--json", type=Path, metavar="FILE", help="write the lines as one JSON list, too")
    return result


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise argparse.ArgumentTypeError(f"{text!r} does not match {pattern.pattern}")
        return text

    return parse


def _pixels(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
