"""`python -m standins.namus.measure`: how quickly a case server of the real one's size starts and answers."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import psutil
import requests

FIELDS = ["namus2Number", "idFormatted", "modifiedDateTime", "createdDateTime", "stateOfLastContact"]
ORDER = [{"field": "modifiedDateTime", "direction": "Descending"}]
PAGE = 1000
TIMEOUT = 60  # seconds


@dataclass
class Measured:
    """A case server of our own; times are in seconds."""

    url: str
    process: psutil.Process
    start: float

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._root = f"{self.url}/api/CaseSets/NamUs"

    def search(self, skip: int = 0, state: str | None = None) -> dict[str, Any]:
        """A page of 1,000 results, of one state or all."""
        states = [{"field": "stateOfLastContact", "operator": "IsIn", "values": [state]}] if state else []
        body = {"predicates": states, "projections": FIELDS, "orderSpecifications": ORDER, "skip": skip, "take": PAGE}
        answer = self._session.post(f"{self._root}/MissingPersons/Search", json=body, timeout=TIMEOUT)
        return dict(answer.json())

    def sweep(self) -> set[int]:
        """The numbers of all cases that the states list."""
        found: set[int] = set()
        for state in self._session.get(f"{self._root}/States", timeout=TIMEOUT).json():
            skip, count = 0, 1
            while skip < count:
                page = self.search(skip, state["name"])
                found |= {row["namus2Number"] for row in page["results"]}
                skip, count = skip + PAGE, page["count"]
        return found

    def detail(self, number: int) -> dict[str, Any]:
        """A case."""
        return dict(self._session.get(f"{self._root}/MissingPersons/Cases/{number}", timeout=TIMEOUT).json())

    def picture(self, href: str) -> bytes:
        """A picture."""
        return self._session.get(f"{self.url}{href}", timeout=TIMEOUT).content

    def memory(self) -> float:
        """Megabytes that the server holds."""
        return float(self.process.memory_info().rss) / 1e6

    def work(self) -> float:
        """The processor time that the server has used."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


@contextmanager
def started(cases: int) -> Iterator[Measured]:
    """Start a server with so many cases, and end it."""
    command = [sys.executable, "-m", "standins.namus", "--port", "0", "--cases", str(cases), "--faces"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            url = line.removeprefix("ready ").strip()
            yield Measured(url, psutil.Process(process.pid), time.perf_counter() - began)
        finally:
            process.terminate()


def main() -> int:
    """Print one line for each figure."""
    parser = argparse.ArgumentParser(
        prog="python -m standins.namus.measure",
        description="Starts a case server with drawn faces and tells how quickly it answers one client. Times include "
        "the client's own; server time is the processor time that the server used.",
    )
    parser.add_argument("--cases", type=int, default=26_647, metavar="N", help="how many (default: %(default)s)")
    with started(parser.parse_args().cases) as server:
        _report(server)
    return 0


def _report(server: Measured) -> None:
    _say("ready after", server.start, "s")
    _say("memory at start", server.memory(), "MB")
    page = [_timed(server, partial(server.search, place * PAGE))[0] * 1000 for place in range(5)]
    _say("first search of 1,000 results", page[0], "ms")
    _say("next pages, slowest", max(page[1:]), "ms")
    seconds, work, numbers = _timed(server, server.sweep)
    _say("sweep of all states", seconds, "s")
    _say("  server time of it", work, "s")
    chosen = sorted(numbers)[:: max(len(numbers) // 1000, 1)]
    seconds, work, cases = _timed(server, lambda: [server.detail(number) for number in chosen])
    _say("details a second", len(cases) / seconds, "")
    _say("  by server time", len(cases) / work, "")
    hrefs = [image["files"]["original"]["href"] for case in cases for image in case["images"]]
    seconds, work, _ = _timed(server, lambda: [server.picture(href) for href in hrefs])
    _say("pictures a second", len(hrefs) / seconds, "")
    _say("  by server time", len(hrefs) / work, "")
    _say("memory at the end", server.memory(), "MB")


def _timed(server: Measured, action: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock and of the server's processor time, and the result."""
    began, worked = time.perf_counter(), server.work()
    result = action()
    return time.perf_counter() - began, max(server.work() - worked, 0.01), result


def _say(what: str, value: float, unit: str) -> None:
    print(f"{what:32}{value:9.1f} {unit}".rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
