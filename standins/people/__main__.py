"""`python -m standins.people`: make a population of people who do not exist."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from standins.people.models import PeopleError

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 when the population is there, 2 after a clear line on stderr, 130 when it was stopped."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        # Here, so that --help needs neither OpenCV nor OpenVINO, and their absence is told in one line.
        from standins.people.population import Parameters, make_population

        wanted = Parameters(options.people, options.others, options.photos, options.frames, options.seed)
        manifest = make_population(options.out, wanted)
    except PeopleError as error:
        print(f"standins.people: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"standins.people: the package {error.name} is not installed; run `make install`", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"standins.people: cannot write to {options.out}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("standins.people: stopped; the same command goes on where this one ended", file=sys.stderr)
        return INTERRUPTED
    ready = f"{options.out} is ready: {options.people} missing, {options.frames} camera pictures"
    print(f"people: {ready}; measured {manifest['measured']}", file=sys.stderr)
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="python -m standins.people",
        description="Makes people who do not exist: photos and case data of missing ones, and camera pictures in which "
        "they and others appear. The same options give the same pictures; what is already made is not made again.",
        epilog="Writes DIR/people/<slug>/person.json and photo-1.jpg ..., DIR/frames/<name>.jpg and "
        "DIR/frames/truth.json (who is where); DIR/portraits holds every picture drawn so far. "
        "Sex, age and ethnicity are drawn from the seed, not read off the faces; everybody's data is an adult's. "
        "Portraits that look like children were left out by eye, but only among the first 64 of seed 0.",
    )
    result.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make the population in")
    result.add_argument("--people", type=_number(1), default=8, metavar="N", help="missing people (%(default)s)")
    result.add_argument("--others", type=_number(0), default=6, metavar="N", help="people not missing (%(default)s)")
    result.add_argument("--photos", type=_number(1), default=3, metavar="K", help="photos of each (%(default)s)")
    result.add_argument("--frames", type=_number(0), default=10, metavar="F", help="camera pictures (%(default)s)")
    result.add_argument(
        "--seed", type=_number(0), default=0, metavar="S", help="other seed, other people (%(default)s)"
    )
    return result


def _number(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text)
        if not least <= value <= 100_000:
            raise argparse.ArgumentTypeError(f"from {least} to 100000")
        return value

    parse.__name__ = "number"
    return parse


if __name__ == "__main__":
    sys.exit(main())
