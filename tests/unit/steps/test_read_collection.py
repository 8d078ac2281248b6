"""The collection at a glance: from the newest reports, also before there are any."""

from __future__ import annotations

import json

from homeward.domain.latest import Job, Latest, sync_job
from homeward.domain.ports import CollectionState
from homeward.steps.latest_runs import LatestRuns
from homeward.steps.read_collection import ReadCollection
from tests.fakes import NOW, FakeObjects

LIVE = CollectionState("missing-people-1", "2021.12", 24)


def reader() -> tuple[ReadCollection, FakeObjects, LatestRuns]:
    objects = FakeObjects()
    latest = LatestRuns(objects, "cases")  # type: ignore[arg-type]
    lives = (lambda: LIVE, lambda: ["missing-people-1"], list)
    return ReadCollection(latest, objects, "cases", ("namus", "fbi"), *lives), objects, latest  # type: ignore[arg-type]


def test_before_the_first_run() -> None:
    read, _, _ = reader()
    found = read()
    assert (found.live, found.reconciled, found.generations) == (LIVE, {}, ["missing-people-1"])
    assert [(one.source, one.synced, one.report, one.held) for one in found.sources] == [
        ("namus", None, {}, {}),
        ("fbi", None, {}, {}),
    ]


def test_each_source_with_its_sync_and_what_is_held() -> None:
    read, objects, latest = reader()
    held = {"namus": {"cases": {"OPEN": 3}, "photos": {"INDEXED": 5}, "refused": {"NO_FACE": 1}}}
    latest.note(Job.RECONCILE, Latest("rec-1", NOW))
    latest.note(sync_job("namus"), Latest("sync-1", NOW))
    objects.files["cases/reconcile/rec-1/report.json"] = json.dumps({"sources": held, "left": {}}).encode()
    objects.files["cases/sync/sync-1/report.json"] = json.dumps({"outcome": "COMPLETE"}).encode()
    namus, fbi = read().sources
    assert (namus.held, namus.report) == (held["namus"], {"outcome": "COMPLETE"})
    assert namus.synced is not None
    assert (fbi.held, fbi.synced) == ({}, None)


def test_a_report_that_has_expired_is_none() -> None:
    read, _, latest = reader()
    latest.note(sync_job("fbi"), Latest("sync-2", NOW))
    assert read().sources[1].report == {}
    assert read().sources[1].synced == Latest("sync-2", NOW)
