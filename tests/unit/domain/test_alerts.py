"""What an alert says, and that it fits into two parts of a text message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.alerts import (
    LEAD,
    MAX_PARTS,
    Lead,
    RetractionReason,
    alert_attributes,
    alert_texts,
    shown,
    sms_parts,
    sms_text,
)
from homeward.domain.claims import AlertKind
from homeward.domain.detections import Detection, Picture
from tests.factories import case, detection

DECISION = {
    "best": {"similarity": 99.46, "case": "namus:MP:51557"},
    "thresholds": {"review": 90.0, "alert": 99.0},
    "reasons": ["ABOVE_ALERT_THRESHOLD"],
    "policy_version": "1",
}
KINDS: dict[AlertKind, dict[str, Any]] = {
    AlertKind.ALERT: {},
    AlertKind.ESCALATION: {"escalates": "entrance-1"},
    AlertKind.RETRACTION: {"reason": RetractionReason.WRONG_PERSON},
}


def lead(kind: AlertKind = AlertKind.ALERT, **changes: Any) -> Lead:
    values = {"detection": detection(), "decision": DECISION, "case": case(), "kind": kind, **KINDS[kind]}
    return Lead(**{**values, **changes})


@pytest.mark.parametrize("people", [0, 1, 2])
def test_an_alert_is_a_lead_with_case_place_and_time_and_no_names(people: int) -> None:
    texts = alert_texts(lead(confirmed_by=people))
    for said in (LEAD, "MP51557", "central-station", "2026-11-22 21:15 UTC", "99.4", case().link):
        assert said in texts["sms"]
    assert ("confirmed by" in texts["sms"], "alert from 99.0" in texts["sms"]) == (people > 0, people == 0)
    facts = json.loads(texts["default"])
    assert (facts["notice"], facts["kind"], facts["confirmed_by"]) == (LEAD, "ALERT", people)
    assert facts["alert_id"] == detection().detection_id


def test_an_escalation_says_that_it_is_not_news() -> None:
    texts = alert_texts(lead(AlertKind.ESCALATION))
    assert "Clearer sighting of a lead already sent" in texts["sms"]
    assert LEAD in texts["sms"]
    assert json.loads(texts["default"])["escalates"] == "entrance-1"


@pytest.mark.parametrize("reason", RetractionReason)
def test_a_retraction_says_what_no_longer_stands(reason: RetractionReason) -> None:
    texts = alert_texts(lead(AlertKind.RETRACTION, reason=reason))
    assert texts["sms"].startswith("Homeward: Retracted: ")
    for said in ("MP51557", "central-station", "2026-11-22 21:15 UTC", detection().detection_id):
        assert said in texts["sms"]
    assert json.loads(texts["default"])["retracted_because"] == reason.value


@pytest.mark.parametrize("kind", AlertKind)
def test_subscribers_can_filter(kind: AlertKind) -> None:
    attributes = alert_attributes(lead(kind))
    assert attributes["kind"] == kind.value
    assert (attributes["case"], attributes["source"]) == ("namus:MP:51557", "namus")
    assert attributes["similarity"] == 99.46


@pytest.mark.parametrize("kind", AlertKind)
@given(
    camera=st.text("abcXYZ019_-", min_size=1, max_size=40),
    place=st.text("abcXYZ019_.-", min_size=1, max_size=60),
    number=st.text("abcXYZ019", min_size=1, max_size=40),
    link=st.text(max_size=120),
    people=st.integers(0, 2),
)
def test_every_text_fits_into_two_parts(
    kind: AlertKind, camera: str, place: str, number: str, link: str, people: int
) -> None:
    picture = Picture("pictures", f"crops/{camera}/20261122T211500123Z-1.jpg", None, 1)
    key = case().key.__class__("namus", "MP", number)
    text = sms_text(
        lead(kind, detection=Detection.of(picture, place), case=case(key=key, link=link), confirmed_by=people)
    )
    assert 1 <= sms_parts(text) <= MAX_PARTS
    assert place in text
    assert number in text


def test_what_does_not_fit_is_left_out_whole() -> None:
    long = lead(case=case(link=f"https://example.org/{'x' * 100}"), detection=detection(camera="c" * 40))
    assert "example.org" not in sms_text(long)
    assert long.detection.detection_id in sms_text(long)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("x" * 159 + "~", 2),  # an escaped letter is two units
        ("x" * 158 + "~", 1),
        ("\u2019", 0),
        ("\u00e4", 1),
        ("\u00e1", 0),
    ],
)
def test_parts_are_counted_in_gsm_units(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@pytest.mark.parametrize(("similarity", "text"), [(99.99, "99.9"), (100.0, "100.0"), (90, "90.0"), (99.46, "99.4")])
def test_nothing_below_100_looks_like_it(similarity: float, text: str) -> None:
    assert shown(similarity) == text
