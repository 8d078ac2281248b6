"""What a person who compares pictures is told of a case, out of the source's raw record. Never used to decide anything.

A record that we can't read tells nothing: the pictures can be compared all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.cases import CaseKey
from homeward.domain.errors import SourceError
from homeward.domain.places import Spot, spot_of
from homeward.domain.record_values import entries, read_json, value

INCH_CM, POUND_KG = 2.54, 0.45359237
_UNKNOWN = ("", "Unknown")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """`told` are labels with texts of the source; `last_seen` is where, as far as it is public."""

    name: str = ""
    told: tuple[tuple[str, str], ...] = ()
    last_seen: Spot | None = None


def facts_of(key: CaseKey, raw: bytes) -> CaseFacts:
    """The facts of a record as its source wrote it."""
    read = {"namus": _namus, "fbi": _fbi}.get(key.source)
    try:
        data = read_json(raw, f"case {key}")
        return read(data, key) if read and isinstance(data, dict) else CaseFacts()
    except SourceError:
        return CaseFacts()


def _namus(data: Mapping[str, Any], key: CaseKey) -> CaseFacts:
    names = [value(data, f"subjectIdentification.{part}", str, key) for part in ("firstName", "lastName")]
    told = {
        "Last seen": value(data, "sighting.publicGeolocation.formattedAddress", str, key),
        "Height": _span(data, "subjectDescription.height", "in", INCH_CM, "cm", key),
        "Weight": _span(data, "subjectDescription.weight", "lb", POUND_KG, "kg", key),
        "Hair": value(data, "physicalDescription.hairColor.name", str, key),
        "Left eye": value(data, "physicalDescription.leftEyeColor.name", str, key),
        "Right eye": value(data, "physicalDescription.rightEyeColor.name", str, key),
        "Features": "; ".join(_features(data, key)),
        "Circumstances": value(data, "circumstances.circumstancesOfDisappearance", str, key),
    }
    return CaseFacts(" ".join(filter(None, names)), _known(told), _spot(data, key))


def _fbi(data: Mapping[str, Any], key: CaseKey) -> CaseFacts:
    told = {
        "Hair": value(data, "hair", str, key),
        "Eyes": value(data, "eyes", str, key),
        "Marks": value(data, "scars_and_marks", str, key),
        "Circumstances": value(data, "description", str, key),
    }
    return CaseFacts(value(data, "title", str, key) or "", _known(told))


def _known(told: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((label, text) for label, text in told.items() if text and text not in _UNKNOWN)


def _span(data: Mapping[str, Any], path: str, unit: str, factor: float, metric: str, key: CaseKey) -> str | None:
    """`from` to `to` in the source's unit, then in the metric one."""
    ends = [value(data, f"{path}{end}", int, key) for end in ("From", "To")]
    found = sorted({end for end in ends if end})
    if not found:
        return None
    return f"{'–'.join(map(str, found))} {unit} ({'–'.join(f'{end * factor:.0f}' for end in found)} {metric})"


def _features(data: Mapping[str, Any], key: CaseKey) -> list[str]:
    found = (value(item, "description", str, key) for item in entries(data, "physicalFeatureDescriptions", key))
    return [text for text in found if text]


def _spot(data: Mapping[str, Any], key: CaseKey) -> Spot | None:
    place = value(data, "sighting.publicGeolocation.coordinates", dict, key) or {}
    return spot_of(place.get("lat"), place.get("lon"))
