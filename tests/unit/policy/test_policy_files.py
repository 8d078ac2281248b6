"""The policies in `policy/`: of the right form, and the one that ships alerts nobody unasked."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from homeward.domain.cases import PhotoClass
from homeward.domain.detections import Outcome
from homeward.domain.errors import PolicyError
from homeward.domain.groups import AGE_BANDS, Group
from homeward.domain.matching import Reason
from homeward.domain.policy import parse_policy

FOLDER = Path(__file__).resolve().parents[3] / "policy"
OTHERS = ("matching.schema.json", "retention.json", "retention.schema.json")
POLICIES = sorted(path for path in FOLDER.glob("*.json") if path.name not in OTHERS)
GROUPS = [
    Group(sex, ethnicities, band, maybe_minor=False)
    for sex in (None, "Female", "Male")
    for ethnicities in ((), ("Asian",), ("Black / African American", "White / Caucasian"))
    for band in (None, *(f"{first}-{last}" for first, last in AGE_BANDS))
]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "matching.schema.json").read_text())
    Draft202012Validator.check_schema(found)
    return found


@pytest.fixture
def shipped() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "matching.json").read_text())
    return found


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.name)
def test_file_has_the_form_of_the_schema_and_can_be_read(path: Path, schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(json.loads(path.read_text()))
    policy = parse_policy(path.read_text())
    assert policy.search_threshold <= policy.highest.review, "a runner-up below the review threshold must be seen"


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.label)
def test_shipped_policy_asks_a_person_for_every_group(group: Group) -> None:
    policy = parse_policy((FOLDER / "matching.json").read_text())
    tier, proved = policy.tier_for(group)
    assert (tier.review, tier.alert, proved) == (90, 99, False)


def test_lease_covers_every_try_of_publishing_and_marking() -> None:
    """Seven tries each of at most 30 s (the functions' timeout), with pauses of 1, 2, 4, 8, 16 and 30 s at most."""
    policy = parse_policy((FOLDER / "matching.json").read_text())
    assert policy.lease_seconds >= 2 * (7 * 30 + 1 + 2 + 4 + 8 + 16 + 30)


def test_schema_names_the_domains_own_bands_and_photo_classes(schema: dict[str, Any]) -> None:
    bands = schema["properties"]["groups"]["items"]["properties"]["age_band"]["enum"]
    classes = schema["properties"]["photo_classes_that_may_alert"]["items"]["enum"]
    assert bands == [f"{first}-{last}" for first, last in AGE_BANDS]
    assert classes == [one.value for one in PhotoClass]


def test_schema_names_the_domains_own_reasons_and_ends(schema: dict[str, Any]) -> None:
    """A discarded detection asks nobody, a failed one isn't over, and an erased one keeps nothing."""
    asking = set(Reason) - {
        Reason.BELOW_REVIEW_THRESHOLD,
        Reason.NO_ELIGIBLE_CASE,
        Reason.CASE_UNKNOWN,
        Reason.CASE_CLOSED,
        Reason.BEFORE_LAST_CONTACT,
    }
    assert set(schema["properties"]["two_reviewers_for"]["items"]["enum"]) == {one.value for one in asking}
    assert set(schema["properties"]["keep_days"]["properties"]) == {one.value for one in Outcome} - {"FAILED", "ERASED"}


@pytest.mark.parametrize(
    "name",
    [
        "version",
        "search",
        "strictest",
        "groups",
        "probe",
        "lease_seconds",
        "review_seconds",
        "look_alike_margin",
        "escalation_margin",
        "two_reviewers_for",
        "keep_days",
        "fairness",
    ],
)
def test_schema_and_reader_both_refuse_a_missing_part(
    name: str, schema: dict[str, Any], shipped: dict[str, Any]
) -> None:
    del shipped[name]
    assert not Draft202012Validator(schema).is_valid(shipped)
    with pytest.raises(PolicyError):
        parse_policy(json.dumps(shipped))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("strictest", "alert"), 101),
        (("strictest", "review"), -1),
        (("search", "max_faces"), 1),
        (("version",), "Version 1/../2"),
        (("photo_classes_that_may_alert",), ["SKETCH"]),
        (("photo_classes_that_may_alert",), []),
        (("quiet_seconds",), 0),
        (("why", "probe"), "because"),
        (("two_reviewers_for",), ["BELOW_REVIEW_THRESHOLD"]),
        (("keep_days",), {"DUPLICATE": 30}),
        (("keep_days", "FAILED"), 30),
        (("escalation_margin",), 0),
        (("thresholds",), {}),
        (("fairness", "group_by"), []),
        (("fairness", "target_fmr", "alert"), 0),
        (("fairness", "max_age_days"), 0),
        (("measured",), {"report": "x"}),
        (("groups",), [{"review": 90, "alert": 95, "evidence": {}, "why": "because somebody said so, once"}]),
    ],
    ids=str,
)
def test_schema_refuses(path: tuple[str, ...], value: object, schema: dict[str, Any], shipped: dict[str, Any]) -> None:
    changed = copy.deepcopy(shipped)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert not Draft202012Validator(schema).is_valid(changed)
