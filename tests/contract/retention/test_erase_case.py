"""A case is erased: no table, object version or collection knows it any more, and nothing brings it back."""

from __future__ import annotations

import pytest

from homeward import bootstrap
from homeward.domain.audit import audit_event
from homeward.domain.cases import CaseKey
from homeward.domain.erasures import ERASED_CASE, ErasureState, Target
from homeward.domain.errors import ConflictError
from homeward.domain.ports import CaseChange
from homeward.domain.suppressions import SuppressionReason
from tests.contract.adapters.town import now
from tests.contract.retention.sightings import Sightings, mentions


def test_nothing_is_left_of_it_and_everything_else_stays(seen: Sightings) -> None:
    key, other = seen.key(seen.first), seen.key(seen.second)
    alerted, asked, elsewhere = seen.alerted(0), seen.pass_by(0), seen.pass_by(1)
    bootstrap.mark_look_alike()(seen.town.key(seen.first), seen.town.key(seen.second), "tester", "as alike as twins")
    evidence = f"bias/measured-{seen.first}/report.json"
    seen.town.objects.put(seen.town.bucket, evidence, f'["{key}"]'.encode(), "application/json")
    before = [where for where in mentions(seen.settings, other) if "LookAlikes" not in where]
    erasure = seen.erase(key)
    assert erasure.problems == {}
    assert erasure.state is ErasureState.DONE
    assert mentions(seen.settings, key, f"photos/{seen.town.name}/MP/{seen.first}/") == []
    assert mentions(seen.settings, f'"{seen.first}"') == []
    assert seen.town.objects.exists(seen.town.bucket, evidence), "what a policy rests on stays, without who was erased"
    assert seen.row(alerted)["decision"]["best"]["case"] == ERASED_CASE  # type: ignore[index]
    assert seen.row(asked)["state"] == "RECEIVED"  # type: ignore[index]
    assert seen.row(elsewhere)["state"] == "IN_REVIEW"  # type: ignore[index]
    assert set(before) <= set(mentions(seen.settings, other))
    told = bootstrap.audit_log().story(f"case:{key}")[-1]
    assert (told.action, told.outcome, told.actor) == ("erase_record", "ERASED", "person:tester")
    assert {"faces", "objects", "cases", "photos", "leads"} <= set(told.details["erased"])
    assert ("retract_alert", "TOLD") in seen.story(f"detection:{alerted}")


def test_the_request_is_written_before_anything_goes(seen: Sightings) -> None:
    key = seen.key(seen.first)
    seen.erase(key)
    told = [action for action, _ in seen.story(f"case:{key}")]
    assert told.index("request_erasure") < told.index("suppress_case") < told.index("erase_row")


def test_no_sync_and_no_copy_brings_it_back(seen: Sightings) -> None:
    key = seen.town.key(seen.first)
    (photo,) = seen.town.store.photos_of(key)
    record = seen.town.store.get_cases([key])[key]
    seen.erase(str(key))
    seen.town.cases[seen.first]["modifiedDateTime"] = "2026-11-20T21:00:00"
    seen.town.serve(seen.first)
    seen.town.sync()
    # A row that somebody takes from a backup is refused as well.
    with pytest.raises(ConflictError):
        seen.town.store.save_case(CaseChange(record, (photo,)), audit_event(now(), "test", "test", "x", "x"))
    assert mentions(seen.settings, str(key)) == []


def test_erased_again_it_changes_nothing(seen: Sightings) -> None:
    key = seen.key(seen.first)
    first = seen.erase(key)
    told = seen.story(f"case:{key}")
    again = bootstrap.erase_record("test")(first.target)
    assert again.to_json() == first.to_json()
    assert seen.story(f"case:{key}") == told


def test_what_comes_back_in_the_next_days_goes_again(seen: Sightings) -> None:
    """A sync that had fetched the case before it was erased stores its objects after that."""
    key = seen.town.key(seen.first)
    seen.erase(str(key))
    raw, bucket = f"raw/{key.source}/{key.case_set}/{key.number}/late.json", seen.town.bucket
    for place in (raw, f"sync/late-{seen.first}/index.json"):
        seen.town.objects.put(bucket, place, f'["{key}"]'.encode(), "application/json")
    assert str(key) not in str(bootstrap.retry_erasures()(dry_run=False))
    assert bootstrap.retention.erasures().get(Target.parse(str(key))).state is ErasureState.DONE  # type: ignore[union-attr]
    assert mentions(seen.settings, str(key)) == []


def test_a_case_that_nobody_holds_is_kept_out_all_the_same(seen: Sightings) -> None:
    assert seen.erase("nowhere:MP:404").state is ErasureState.DONE
    entry = seen.town.suppressions.entries([CaseKey("nowhere", "MP", "404")])
    assert [one.reason for one in entry.values()] == [SuppressionReason.REQUESTED]


def test_a_preview_counts_and_changes_nothing(seen: Sightings) -> None:
    key, before = seen.key(seen.first), seen.town.state()
    counts = bootstrap.erase_record("test").preview(Target.parse(key))
    assert counts["faces"] == counts["photos"] == counts["cases"] == 1
    assert counts["objects"] == 2
    assert seen.town.state() == before
    assert bootstrap.retention.erasures().get(Target.parse(key)) is None
