"""Reading how the whole of it is doing, and measuring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from homeward.domain.audit_format import end_of
from homeward.domain.detections import iso
from homeward.domain.errors import InputError
from homeward.domain.latest import Job, Latest, sync_job
from homeward.domain.operations import Measure, Metric
from homeward.steps.latest_runs import LatestRuns
from homeward.steps.read_operations import ReadOperations
from homeward.steps.watch_operations import WatchOperations
from tests.fakes import NOW, FakeObjects, clock


@dataclass
class Reviews:
    asked: list[datetime]

    def list_open(self) -> list[dict[str, Any]]:
        return [{"asked_at": iso(at)} for at in self.asked]


class Letters:
    def depth(self) -> int:
        return 3


@dataclass
class Metrics:
    kept: list[tuple[datetime, Sequence[Measure]]] = field(default_factory=list)

    def put(self, measures: Sequence[Measure], at: datetime) -> None:
        self.kept.append((at, measures))


def reading(*asked: datetime) -> ReadOperations:
    parts: Any = (LatestRuns(FakeObjects(), "cases"), Reviews([*asked]), Letters())  # type: ignore[arg-type]
    return ReadOperations(*parts, ("namus", "fbi"), lambda: None, list, clock)


def test_a_new_stack_has_no_ages() -> None:
    found = reading()()
    assert found.synced == {"namus": None, "fbi": None}
    assert set(found.jobs.values()) == {None}
    assert (found.oldest_review, found.open_reviews, found.dead_letters) == (None, 0, 3)


def test_it_reads_what_the_jobs_noted_and_finds_the_oldest_question() -> None:
    """The question that expires first isn't always the oldest: time limits are the policy's."""
    read = reading(NOW - timedelta(hours=1), NOW - timedelta(hours=7), NOW - timedelta(hours=2))
    read.latest.note(sync_job("namus"), Latest("s", NOW - timedelta(hours=3)))
    read.latest.note(Job.RECONCILE, Latest("r", NOW, 4))
    found = read()
    assert found.synced == {"namus": Latest("s", NOW - timedelta(hours=3)), "fbi": None}
    assert found.jobs[Job.RECONCILE] == Latest("r", NOW, 4)
    assert (found.oldest_review, found.open_reviews) == (NOW - timedelta(hours=7), 3)


def test_all_of_it_is_measured_at_once() -> None:
    metrics, read = Metrics(), reading(NOW - timedelta(hours=1))
    assert WatchOperations(read, metrics)() == read().to_json()
    ((at, measures),) = metrics.kept
    assert at == NOW
    assert measures == [
        Measure(Metric.OLDEST_REVIEW, 3600.0),
        Measure(Metric.SILENT_CAMERAS, 0),
        Measure(Metric.TROUBLED_CAMERAS, 0),
    ]


def test_nothing_is_measured_of_what_cannot_be_read() -> None:
    """Silence makes the alarms go off; a value that nobody read would keep them quiet."""
    metrics, read = Metrics(), reading()
    read.latest.objects.put("cases", "latest/expire.json", b"?", "application/json")
    with pytest.raises(InputError):
        WatchOperations(read, metrics)()
    assert metrics.kept == []


def test_the_seal_is_as_old_as_the_end_of_the_newest_sealed_hour() -> None:
    hour = f"{NOW - timedelta(hours=3):%Y-%m-%dT%H}"
    sealed = replace(reading(), sealed=lambda: hour)()
    assert sealed.jobs[Job.SEAL] == Latest(hour, end_of(hour))
    assert reading()().jobs[Job.SEAL] is None
