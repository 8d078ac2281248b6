"""What an alert says: a lead, never an identification, and no more about the person than the case number and link.

A duty officer reads it as a text message: it fits into two parts, whatever the names in it are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeward.domain.cases import Case
from homeward.domain.claims import AlertKind
from homeward.domain.detections import Detection

LEAD = "a lead, not an identification"
# GSM 03.38: one unit each, and those that need an escape. Any other letter would make the whole text UCS-2.
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = set("^{}\\[~]|€\f")
_ONE_PART, _LONGER_PART = 160, 153  # units; the header that joins parts takes seven
MAX_PARTS = 2


class RetractionReason(StrEnum):
    """Why an alert is taken back."""

    WRONG_PERSON = "WRONG_PERSON"
    CASE_CLOSED = "CASE_CLOSED"
    OTHER = "OTHER"


_BECAUSE = {
    RetractionReason.WRONG_PERSON: "it was another person",
    RetractionReason.CASE_CLOSED: "the case is closed",
    RetractionReason.OTHER: "please disregard it",
}


@dataclass(frozen=True, slots=True)
class Lead:
    """What there is to say. `confirmed_by` is a number of people, 0 when the policy needed none."""

    detection: Detection
    decision: Mapping[str, Any]
    case: Case
    kind: AlertKind
    confirmed_by: int = 0
    escalates: str | None = None
    reason: RetractionReason | None = None

    @property
    def when(self) -> str:
        """Date and time for people."""
        return f"{self.detection.captured_at[:10]} {self.detection.captured_at[11:16]} UTC"

    @property
    def similarity(self) -> str:
        """The similarity for people."""
        return shown(self.decision["best"]["similarity"])


def shown(similarity: float) -> str:
    """A similarity for people: one decimal, cut and not rounded, so that nothing below 100 looks like it."""
    return f"{math.floor(similarity * 10) / 10:.1f}"


def alert_texts(lead: Lead) -> dict[str, str]:
    """Return the text per SNS protocol: `sms` for people, `default` (JSON) for programs."""
    facts = {
        "notice": LEAD,
        "kind": lead.kind.value,
        "alert_id": lead.detection.detection_id,
        "case": str(lead.case.key),
        "case_link": lead.case.link,
        "place": lead.detection.place,
        "camera": lead.detection.camera,
        "captured_at": lead.detection.captured_at,
        "similarity": lead.decision["best"]["similarity"],
        "thresholds": lead.decision["thresholds"],
        "reasons": lead.decision["reasons"],
        "policy_version": lead.decision["policy_version"],
        "confirmed_by": lead.confirmed_by,
        "escalates": lead.escalates,
        "retracted_because": lead.reason.value if lead.reason else None,
    }
    return {"default": json.dumps(facts, sort_keys=True), "sms": sms_text(lead)}


def alert_subject(lead: Lead) -> str:
    """The subject of an e-mail."""
    return f"{'Retracted lead' if lead.kind is AlertKind.RETRACTION else 'Lead'} for {lead.case.key.label}"


def alert_attributes(lead: Lead) -> dict[str, str | float]:
    """SNS message attributes, for subscribers' filter policies."""
    return {
        "kind": lead.kind.value,
        "source": lead.case.key.source,
        "case": str(lead.case.key),
        "place": lead.detection.place,
        "camera": lead.detection.camera,
        "similarity": lead.decision["best"]["similarity"],
        "confirmed_by": lead.confirmed_by,
    }


def sms_text(lead: Lead) -> str:
    """A text of at most two SMS parts. What doesn't fit is left out whole: the link, then the reference.

    Without the link the case number still leads to the case; half a link leads nowhere.
    """
    for tail in (f" {lead.case.link} Ref {lead.detection.detection_id}", f" Ref {lead.detection.detection_id}", ""):
        text = _message(lead) + tail
        if (parts := sms_parts(text)) and parts <= MAX_PARTS:
            break
    return text


def _message(lead: Lead) -> str:
    where = f"{lead.case.key.label} at {lead.detection.place}, {lead.when}"
    if lead.kind is AlertKind.RETRACTION:
        because = _BECAUSE[lead.reason or RetractionReason.OTHER]
        return f"Homeward: Retracted: the lead on {where} no longer stands: {because}."
    again = "Clearer sighting of a lead already sent: " if lead.kind is AlertKind.ESCALATION else "Possibly "
    return f"Homeward, {LEAD}: {again}{where}. Similarity {lead.similarity} ({_surety(lead)})."


def _surety(lead: Lead) -> str:
    if lead.confirmed_by:
        return f"confirmed by {lead.confirmed_by} reviewer{'s' if lead.confirmed_by > 1 else ''}"
    return f"alert from {lead.decision['thresholds']['alert']:.1f}"


def sms_parts(text: str) -> int:
    """How many SMS parts a text takes, in GSM letters; 0 when it has others."""
    if not set(text) <= _GSM | _GSM_ESCAPED:
        return 0
    units = len(text) + sum(letter in _GSM_ESCAPED for letter in text)
    return 1 if units <= _ONE_PART else math.ceil(units / _LONGER_PART)
