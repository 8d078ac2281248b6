"""What people are told of a case: what the record says, in both units, and nothing where it can't be read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from homeward.domain.case_facts import CaseFacts, facts_of
from homeward.domain.cases import CaseKey
from homeward.domain.places import Spot
from tests.factories import case_key

NAMUS: dict[str, Any] = {
    "subjectIdentification": {"firstName": "Sage", "lastName": "Synthetic"},
    "subjectDescription": {"heightFrom": 61, "heightTo": 63, "weightFrom": 126, "weightTo": 126},
    "sighting": {"publicGeolocation": {"coordinates": {"lat": 43.66, "lon": -70.26}, "formattedAddress": "Portland"}},
    "physicalDescription": {"hairColor": {"name": "Gray"}, "leftEyeColor": {"name": "Unknown"}},
    "physicalFeatureDescriptions": [{"description": "a scar"}, {}],
    "circumstances": {"circumstancesOfDisappearance": "Nobody knows."},
}


def read(key: CaseKey, record: Any) -> CaseFacts:
    return facts_of(key, json.dumps(record).encode())


def test_a_namus_record() -> None:
    facts = read(case_key(), NAMUS)
    assert (facts.name, facts.last_seen) == ("Sage Synthetic", Spot(43.66, -70.26))
    assert dict(facts.told) == {
        "Last seen": "Portland",
        "Height": "61–63 in (155–160 cm)",
        "Weight": "126 lb (57 kg)",
        "Hair": "Gray",
        "Features": "a scar",
        "Circumstances": "Nobody knows.",
    }


def test_a_record_of_the_fbi() -> None:
    facts = read(CaseKey.parse("fbi:MP:abc"), {"title": "SAGE SYNTHETIC", "hair": "Brown", "eyes": None})
    assert facts == CaseFacts("SAGE SYNTHETIC", (("Hair", "Brown"),))


@pytest.mark.parametrize("coordinates", [{}, {"lat": 95, "lon": 0}, {"lat": "43", "lon": "1"}, {"lat": True, "lon": 1}])
def test_what_is_no_place_is_none(coordinates: dict[str, Any]) -> None:
    assert read(case_key(), {"sighting": {"publicGeolocation": {"coordinates": coordinates}}}).last_seen is None


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"null", b'{"subjectIdentification": 3}', b"\xff"])
def test_a_record_that_cant_be_read_tells_nothing(raw: bytes) -> None:
    assert facts_of(case_key(), raw) == CaseFacts()


def test_an_unknown_source_tells_nothing() -> None:
    assert read(CaseKey.parse("other:MP:1"), NAMUS) == CaseFacts()
