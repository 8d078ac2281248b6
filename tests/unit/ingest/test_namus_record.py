"""Reading case records: lenient about what is absent, strict about what is wrong."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.cases import CaseStatus
from homeward.domain.errors import SourceError
from homeward.domain.namus_record import read_record
from homeward.domain.sources import SourceRecord
from tests.factories import case_key
from tests.factories.namus import image, record

SITE = "https://cases.example"


def read(found: Any) -> SourceRecord:
    raw = found if isinstance(found, bytes) else json.dumps(found).encode()
    return read_record(case_key(), raw, SITE)


def test_a_whole_record() -> None:
    found = read(record())
    case = found.case
    assert (case.sex, case.ethnicities) == ("Female", ("Asian", "White / Caucasian"))
    assert (case.current_age_min, case.current_age_max) == (30, 31)
    assert case.last_contact == date(2018, 3, 4)
    assert case.status is CaseStatus.OPEN
    assert case.link == f"{SITE}/MissingPersons/Case#/51557"
    assert (case.created, case.modified) == ("2026-11-01T10:00:00.5", "2026-11-20T12:00:00")
    assert case.raw_sha256 == hashlib.sha256(found.raw).hexdigest()
    assert case.raw_key == f"raw/namus/MP/51557/2026-11-20T12:00:00-{case.raw_sha256[:12]}.json"
    assert [(i.identity_id, i.storage_key, i.category, i.is_public, i.caption) for i in found.images] == [
        (61676, f"{61676:032x}", "FacialCaseId", True, "")
    ]


def test_only_number_and_times_are_needed() -> None:
    bare = {"id": 51557, "createdDateTime": "2026-11-01T10:00:00", "modifiedDateTime": "2026-11-01T10:00:00"}
    case = read(bare).case
    assert (case.sex, case.ethnicities, case.current_age_min, case.last_contact) == (None, (), None, None)
    assert case.status is CaseStatus.OPEN


def test_unknown_values_are_kept_as_they_are() -> None:
    found = read(record(subjectDescription={"sex": {"name": "Another"}, "ethnicities": [{"name": "New Name"}]}))
    assert (found.case.sex, found.case.ethnicities) == ("Another", ("New Name",))


def test_the_primary_ethnicity_counts_only_without_a_list() -> None:
    assert read(record(subjectDescription={"primaryEthnicity": {"name": "Asian"}})).case.ethnicities == ("Asian",)


@pytest.mark.parametrize("changes", [{"caseIsResolved": True}, {"publicationStatus": {"name": "Archived"}}])
def test_resolved_or_unpublished_is_closed(changes: dict[str, Any]) -> None:
    assert read(record(**changes)).case.status is CaseStatus.CLOSED


@pytest.mark.parametrize("years", [-1, 151, 10**60])
def test_an_impossible_age_is_unknown(years: int) -> None:
    assert read(record(subjectIdentification={"currentMinAge": years})).case.current_age_min is None


@pytest.mark.parametrize("day", ["1947", "unknown", "2018-13-40"])
def test_a_day_that_cannot_be_read_is_unknown(day: str) -> None:
    assert read(record(sighting={"date": day})).case.last_contact is None


@pytest.mark.parametrize(
    "raw",
    [b"<!doctype html><title>Sorry</title>", b'{"id": 51557, "crea', b"", b"[1]", b"null", b"\xff\xfe", b"[" * 200_000],
    ids=["html", "cut off", "empty", "list", "null", "not utf-8", "too deep"],
)
def test_what_is_no_record_is_a_source_error(raw: bytes) -> None:
    with pytest.raises(SourceError):
        read(raw)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"images": "none"}, "images"),
        ({"images": [1]}, "identityId"),
        ({"images": [image(files=[])]}, "files.original.storageKey"),
        ({"images": [image(identityId="7")]}, "identityId"),
        ({"subjectIdentification": {"currentMinAge": True}}, "currentMinAge"),
        ({"subjectDescription": "tall"}, "subjectDescription"),
        ({"modifiedDateTime": "yesterday"}, "modifiedDateTime"),
        ({"modifiedDateTime": "../../x"}, "modifiedDateTime"),
        ({"createdDateTime": None}, "createdDateTime"),
        ({"images": [image()] * 101}, "images is too long"),
        ({"images": [image(caption="x" * 5001)]}, "caption is too long"),
    ],
)
def test_a_wrong_type_names_its_path(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(SourceError, match=path):
        read(record(**changes))


def test_another_persons_record_is_refused() -> None:
    with pytest.raises(SourceError, match="something else"):
        read(record(number=51558))


def _paths(node: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside."""
    inner = list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())
    here = [(*before, name) for name, _ in inner]
    return here + [path for name, value in inner for path in _paths(value, (*before, name))]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(_paths(record())), json_values)
def test_any_value_anywhere_is_read_or_refused_and_nothing_else(path: tuple[Any, ...], value: Any) -> None:
    found = copy.deepcopy(record())
    node = found
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    try:
        read(found)
    except SourceError:
        return
