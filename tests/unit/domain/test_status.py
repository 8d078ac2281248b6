"""One screen: what is well, what isn't, and since when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from homeward.domain.cameras import CameraState
from homeward.domain.latest import Job, Latest
from homeward.domain.operations import OperationsState
from homeward.domain.ports import CollectionState, PolicyPointer
from homeward.domain.status import StatusLine, SystemState
from tests.fakes import NOW

HOUR = timedelta(hours=1)
JUST_NOW = Latest("run-1", NOW - HOUR)
WELL = SystemState(
    operations=OperationsState(NOW, {"namus": JUST_NOW}, dict.fromkeys(Job, JUST_NOW), NOW - HOUR, 2, 0),
    collection=CollectionState("missing-people-1", "7", 24_620),
    policy=PolicyPointer("policy/floor-3.json", "floor-3", "abc"),
    last_alert=NOW - 3 * HOUR,
    made_at=NOW - 1000 * HOUR,
)
Change = Callable[[SystemState], SystemState]


def lines(state: SystemState) -> dict[str, StatusLine]:
    return {line.what: line for line in state.lines()}


def with_operations(**changes: object) -> Change:
    return lambda state: replace(state, operations=replace(state.operations, **changes))  # type: ignore[arg-type]


def test_all_is_well() -> None:
    shown = lines(WELL)
    assert [line.what for line in shown.values() if not line.well] == []
    assert shown["collection"].now == "missing-people-1: 24,620 faces, model 7"
    assert shown["sync of namus"].now == "60 min ago"
    assert shown["open reviews"].now == "2, the oldest for 60 min"
    assert (shown["last alert"].now, shown["policy"].now, shown["cameras"].now) == ("3 h ago", "floor-3", "none")


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("sync of namus", with_operations(synced={"namus": Latest("run-1", NOW - 36 * HOUR)})),
        ("sync of namus", with_operations(synced={"namus": None})),
        ("reconcile", with_operations(jobs={Job.RECONCILE: Latest("run-1", NOW - 40 * HOUR)})),
        ("seal", with_operations(jobs={Job.SEAL: Latest("run-1", NOW - 4 * HOUR)})),
        ("drift left", with_operations(jobs={Job.RECONCILE: Latest("run-1", NOW, left=1)})),
        ("late erasures", with_operations(jobs={Job.EXPIRY: Latest("run-1", NOW, left=2)})),
        ("open reviews", with_operations(oldest_review=NOW - 12 * HOUR)),
        ("dead letters", with_operations(dead_letters=1)),
        ("cameras", with_operations(cameras=[CameraState("gate", NOW - HOUR)])),
        ("policy", lambda state: replace(state, policy=PolicyPointer("", "", ""))),
    ],
)
def test_what_isnt_well_names_its_page(what: str, change: Change) -> None:
    shown = lines(change(WELL))
    assert [line.what for line in shown.values() if not line.well] == [what]
    assert shown[what].page is not None


def test_a_young_deployment_is_given_time() -> None:
    young = replace(WELL, made_at=NOW - HOUR, operations=replace(WELL.operations, synced={"namus": None}))
    assert (lines(young)["sync of namus"].now, lines(young)["sync of namus"].well) == ("never", True)


def test_without_an_alert_or_a_question() -> None:
    quiet = replace(WELL, last_alert=None, operations=replace(WELL.operations, oldest_review=None, open_reviews=0))
    assert (lines(quiet)["last alert"].now, lines(quiet)["open reviews"].now) == ("none in 30 days", "none")


def test_a_line_as_json() -> None:
    assert lines(WELL)["seal"].to_json() == {
        "what": "seal",
        "now": "60 min ago",
        "well": True,
        "page": "docs/runbooks/audit_log.md",
    }
