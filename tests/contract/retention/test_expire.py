"""What is past its time goes, with what belongs to it; what is open, or isn't past it, stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain.audit import audit_event
from homeward.domain.detections import Picture
from homeward.domain.errors import ConflictError, NotFoundError, PolicyError
from homeward.domain.retention import Kept
from homeward.settings import Setting
from tests.contract.adapters.town import now
from tests.contract.retention.sightings import Sightings, mentions


def after(days: float) -> Callable[[], datetime]:
    return lambda: now() + timedelta(days=days)


def expire(kind: Kept, days: float, limit: int = 1000, dry_run: bool = False) -> dict[str, Any]:
    """What a run does so many days from now."""
    return replace(bootstrap.expire_records(), clock=after(days))(kind, limit, dry_run)


def picture_is_there(seen: Sightings, row: dict[str, Any]) -> bool:
    try:
        bootstrap.pictures().metadata(Picture(**row["picture"]))
    except NotFoundError:
        return False
    return True


def expire_all(days: float) -> dict[str, int]:
    return {kind.value: expire(kind, days)["due"] for kind in Kept}


def test_a_kept_crop_goes_on_the_day_that_its_row_names(seen: Sightings) -> None:
    name = seen.alerted(0)
    row = seen.row(name)
    assert row
    days = (datetime.fromisoformat(row["keep_until"]) - now()) / timedelta(days=1)
    assert 29 < days <= 30
    expire(Kept.CROPS, days - 0.01)
    assert seen.row(name) == row
    assert picture_is_there(seen, row)
    expire(Kept.CROPS, days + 0.01)
    gone = seen.row(name)
    assert gone
    assert "crop_deleted_at" in gone
    assert "keep_until" not in gone
    assert not picture_is_there(seen, row)
    (event,) = [one for one in bootstrap.audit_log().story(f"detection:{name}") if one.action == "expire_record"]
    assert event.policy_version == bootstrap.live_retention()().version
    expire(Kept.CROPS, days + 0.02)
    assert seen.row(name) == gone


def test_everything_about_a_sighting_goes_in_its_time_and_what_is_open_never(seen: Sightings) -> None:
    done, asked = seen.alerted(0), seen.pass_by(0)
    row = seen.row(done)
    assert row
    waiting = seen.row(asked)
    expire_all(61)
    assert seen.row(done) is None
    assert not picture_is_there(seen, row)
    assert bootstrap.reviews().get(done)["state"] == "DECIDED"
    assert bootstrap.alerts().history(seen.town.key(seen.first), row["place"])
    expire_all(5000)
    # Reports of runs name detections until they expire, too.
    assert [place for place in mentions(seen.settings, done) if "/frames/" not in place] == []
    assert bootstrap.alerts().slots(seen.town.key(seen.first), row["place"]).current.revision == 0
    assert seen.row(asked) == waiting
    assert bootstrap.reviews().get(asked)["state"] == "OPEN"
    assert picture_is_there(seen, waiting or {})
    slot = bootstrap.alerts().slots(seen.town.key(seen.first), waiting["place"]).current  # type: ignore[index]
    assert (slot.state, slot.holder) == ("PENDING", asked)


def test_a_dry_run_counts_and_changes_nothing(seen: Sightings) -> None:
    name = seen.alerted(0)
    row = seen.row(name)
    for kind in Kept:
        assert expire(kind, 5000, dry_run=True)["counts"] == {}
    assert expire(Kept.DETECTIONS, 5000, dry_run=True)["due"] >= 1
    assert seen.row(name) == row


def test_a_run_is_bounded_and_the_next_one_goes_on(seen: Sightings) -> None:
    names = [seen.alerted(0), seen.alerted(0), seen.alerted(0)]
    first = expire(Kept.DETECTIONS, 61, limit=1)
    assert (first["due"], first["more"]) == (1, True)
    while expire(Kept.DETECTIONS, 61, limit=1)["more"]:
        pass
    assert [seen.row(name) for name in names] == [None] * 3


def test_the_raw_record_of_a_closed_case_goes_a_month_after_it_was_closed(seen: Sightings) -> None:
    key = seen.town.key(seen.first)
    bootstrap.suppress_case()(key, "tester", "")
    raw = bootstrap.cases().get_cases([key])[key].raw_key
    expire(Kept.RAW_RECORDS, 29.9)
    assert bootstrap.objects().exists(seen.town.bucket, raw)
    expire(Kept.RAW_RECORDS, 30.1)
    versions = client("s3").list_object_versions(Bucket=seen.town.bucket, Prefix=raw)
    assert not versions.get("Versions")
    assert not versions.get("DeleteMarkers")
    kept = bootstrap.cases().get_cases([seen.town.key(seen.second), key])
    assert len(kept) == 2
    assert bootstrap.objects().exists(seen.town.bucket, kept[seen.town.key(seen.second)].raw_key)
    assert expire(Kept.RAW_RECORDS, 30.1)["due"] == 0


def test_files_of_runs_go_with_all_their_versions(seen: Sightings) -> None:
    bucket, key = seen.town.bucket, f"replay/old-{seen.first}/report.json"
    for body in (b"1", b"2"):
        seen.town.objects.put(bucket, key, body, "application/json")
    expire(Kept.RUN_FILES, 89.9)
    assert seen.town.objects.get(bucket, key) == b"2"
    expire(Kept.RUN_FILES, 90.1)
    assert not client("s3").list_object_versions(Bucket=bucket, Prefix=key).get("Versions")
    assert expire(Kept.RUN_FILES, 90.1)["due"] == 0
    (*_, told) = bootstrap.audit_log().story("store:run_files")
    assert told.details["files"] >= 2


def test_a_row_that_moves_meanwhile_stays(seen: Sightings) -> None:
    name = seen.alerted(0)
    rows = bootstrap.retention.rows(Setting.DETECTIONS_TABLE)
    as_read = seen.row(name)
    assert as_read
    write(rows.table, name, "SET outcome = :value", "FAILED")
    event = audit_event(now(), "test", "test", "x", "x")
    for change in (
        lambda: rows.delete(as_read, event),
        lambda: rows.replace(as_read, {**as_read, "place": "x"}, event),
    ):
        with pytest.raises(ConflictError):
            change()
    assert seen.row(name) == as_read | {"outcome": "FAILED"}


def test_what_is_added_to_a_row_meanwhile_stays(seen: Sightings) -> None:
    name = seen.alerted(0)
    rows = bootstrap.retention.rows(Setting.DETECTIONS_TABLE)
    as_read = seen.row(name)
    assert as_read
    write(rows.table, name, "SET note = :value", "new")
    clean = {key: value for key, value in as_read.items() if key != "keep_until"} | {"place": "elsewhere"}
    rows.replace(as_read, clean, audit_event(now(), "test", "test", "x", "x"))
    assert seen.row(name) == clean | {"note": "new"}


def write(table: str, detection_id: str, expression: str, value: str) -> None:
    """What somebody else writes between a look and a change."""
    client("dynamodb").update_item(
        TableName=table,
        Key={"detection_id": {"S": detection_id}},
        UpdateExpression=expression,
        ExpressionAttributeValues={":value": {"S": value}},
    )


def test_the_report_names_the_policy_and_what_is_missing(seen: Sightings) -> None:
    done = [expire(kind, 0) for kind in Kept]
    report = bootstrap.summarise_expiry()("run-1", False, done, {"erasures": [], "late": 0})
    assert (report["outcome"], report["retention"], report["missing"]) == ("DONE", "retention-1", [])
    assert bootstrap.objects().exists(seen.town.bucket, "expire/run-1/report.json")
    assert bootstrap.audit_log().story("run:run-1")[-1].outcome == "DONE"
    lacking = bootstrap.summarise_expiry()("run-2", False, done[1:], None)
    assert (lacking["outcome"], lacking["missing"]) == ("FAILED", ["detections", "erasures"])


def test_deployed_again_the_live_policy_stays(seen: Sightings, monkeypatch: pytest.MonkeyPatch) -> None:
    from homeward.adapters import parameters
    from homeward.deployment import _publish_first_retention

    name = seen.settings[Setting.RETENTION_PARAMETER]
    live = parameters.fresh(name)
    _publish_first_retention(seen.settings, live.replace("retention-1", "retention-2"), lambda text: None)
    assert parameters.fresh(name) == live
    parameters.point(name, "{}")
    try:
        with pytest.raises(PolicyError, match="no retention policy is live"):
            bootstrap.live_retention()()
    finally:
        parameters.point(name, live)
