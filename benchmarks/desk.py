"""The desk on a busy site: 10,000 executions, 1,000 open reviews; Airflow's own API server, a real browser.

views: for each, how long until something is painted, and until the server has answered; medians, and the worst.
answers: from the click on Yes until the execution that waited has gone on, as Step Functions' history has it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tests.dags.conftest  # noqa: F401 - sets Airflow's environment before anything imports it
from benchmarks.pictures import HOME
from benchmarks.report import Report, options
from homeward import bootstrap
from homeward.domain.executions import Machine
from standins.people.portraits import Portraits
from tests.browser import browser
from tests.contract.namus_client.scripted import scripted_server
from tests.contract.retention.sightings import Sightings, settled, until
from tests.dags.desk import crowd
from tests.dags.desk.site import Desk, api_server, empty_database, sitting
from tests.deployed import deployed

EXECUTIONS, REVIEWS = 10_000, 1_000
ROUNDS, QUICK_ROUNDS = 20, 3
VIEWS = ("reviews", "executions", "executions?camera=rare", "sightings", "collection", "bias", "audit")


def main() -> int:
    """Return 0: it tells times and judges nothing."""
    chosen, report = options(__doc__ or "", parts=("views", "answers")), Report("desk")
    rounds = QUICK_ROUNDS if chosen.quick else ROUNDS
    empty_database()
    with tempfile.TemporaryDirectory() as folder, deployed(Path(folder), "homeward") as settings:
        bootstrap.settings.cache_clear()
        with scripted_server() as server, api_server() as url, browser() as chromium:
            seen = settled(settings, Portraits(HOME / "portraits"), server, name="namus")
            asked = seen.pass_by(0)
            crowd.executions(settings, EXECUTIONS)
            crowd.reviews(settings, bootstrap.reviews().get(asked), REVIEWS)
            with sitting(chromium, url, "alex") as desk:
                if chosen.only in (None, "views"):
                    for path in (*VIEWS, f"reviews/{asked}", f"executions/detection/{asked}"):
                        _view(report, desk, path, path.replace(asked, "ID"), rounds)
                if chosen.only in (None, "answers"):
                    _answers(report, desk, seen, rounds)
    report.show()
    report.write(chosen.json)
    return 0


def _view(report: Report, desk: Desk, path: str, label: str, rounds: int) -> None:
    painted, answered = list[float](), list[float]()
    for _ in range(rounds):
        desk.open(path)
        painted.append(desk.painted())
        answered.append(desk.answered())
    report.figures[f"{label}: painted, ms (median, worst)"] = _told(painted)
    report.figures[f"{label}: answered, ms (median, worst)"] = _told(answered)


def _answers(report: Report, desk: Desk, seen: Sightings, rounds: int) -> None:
    """Each rejects a question of its own, so that nothing else follows."""
    waited = list[float]()
    for number in range(rounds):
        asked = seen.pass_by(number % 2)
        page = desk.open(f"reviews/{asked}")
        page.get_by_role("button", name="Inconclusive").click()
        clicked = time.time()
        page.get_by_role("button", name="Yes").click()
        waited.append((_went_on(asked) - clicked) * 1000)
    report.figures["answer: from the click to the state after the review, ms (median, worst)"] = _told(waited)


def _went_on(detection_id: str) -> float:
    """When its execution left the state Request Review."""

    def left() -> Any:
        events = bootstrap.executions().read(Machine.DETECTION, detection_id).events
        return [one.at for one in events if one.details.get("name") == "Request Review" and "Exited" in one.type]

    return float(until(left)[0].timestamp())


def _told(milliseconds: Sequence[float]) -> str:
    return f"{statistics.median(milliseconds):.0f}, {max(milliseconds):.0f}"


if __name__ == "__main__":
    sys.exit(main())
