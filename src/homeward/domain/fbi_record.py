"""Reading an item of the FBI's public list (`GET /@wanted-person/{uid}`), missing persons only.

The same list holds fugitives and victims of crimes: `is_missing` decides before any picture is asked for. What is known
of the interface comes from public clients and from a study of 400 items.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from homeward.domain.cases import Case, CaseKey, CaseStatus
from homeward.domain.errors import SourceError
from homeward.domain.record_values import age, entries, read_json, time_text, value
from homeward.domain.sources import SourceImage, SourceRecord

MAX_HTML = 100_000  # characters
_MISSING_POSTERS = frozenset({"missing"})
# `poster_classification` alone misses two of three missing persons; kidnapped ones are missing too.
_MISSING_SUBJECTS = frozenset({"ViCAP Missing Persons", "Kidnappings and Missing Persons"})
_LOOKED_FOR = frozenset({"", "na"})
# The list's own words for race -> the words of the policy's groups. What isn't here stays as it is: a group that no
# policy knows, which asks for a person.
_ETHNICITIES = {
    "white": "White / Caucasian",
    "black": "Black / African American",
    "hispanic": "Hispanic / Latino",
    "white (hispanic)": "Hispanic / Latino",
    "black (hispanic)": "Hispanic / Latino",
    "asian": "Asian",
    "native": "American Indian / Alaska Native",
    "native american": "American Indian / Alaska Native",
}


def is_missing(item: Mapping[str, Any]) -> bool:
    """Whether an item is about a missing person, whatever became of the search."""
    if not isinstance(item, Mapping):
        return False
    subjects = item.get("subjects")
    named = {name for name in subjects if isinstance(name, str)} if isinstance(subjects, list) else set()
    return item.get("poster_classification") in _MISSING_POSTERS or bool(named & _MISSING_SUBJECTS)


def read_item(key: CaseKey, raw: bytes, today: date) -> SourceRecord:
    """Read an item; SourceError when it isn't usable."""
    data = read_json(raw, f"case {key}")
    if not isinstance(data, dict) or data.get("uid") != key.number:
        raise SourceError(f"the record of {key} is about something else")
    images = [_image(number, item, key) for number, item in enumerate(entries(data, "images", key), start=1)]
    return SourceRecord(raw, _case(key, data, raw, today), tuple(images))


def picture_path(raw: bytes, identity_id: int) -> str:
    """The path of an image of an item that `read_item` could read; SourceError when it has no such image."""
    images = read_json(raw, "the record").get("images") or []
    if not 1 <= identity_id <= len(images):
        raise SourceError(f"the record has no image {identity_id}")
    return urlsplit(str(images[identity_id - 1]["original"])).path


def _case(key: CaseKey, data: Mapping[str, Any], raw: bytes, today: date) -> Case:
    modified, digest = time_text(data, "modified", key), hashlib.sha256(raw).hexdigest()
    youngest, oldest = _ages(data, key, today)
    return Case(
        key=key,
        status=_status(data, key),
        sex=value(data, "sex", str, key),
        ethnicities=_ethnicities(data, key),
        current_age_min=youngest,
        current_age_max=oldest,
        last_contact=None,  # only in prose
        link=value(data, "url", str, key) or "",
        created=time_text(data, "publication", key),
        modified=modified,
        raw_key=f"raw/{key.source}/{key.case_set}/{key.number}/{modified}-{digest[:12]}.json",
        raw_sha256=digest,
    )


def _status(data: Mapping[str, Any], key: CaseKey) -> CaseStatus:
    looked_for = (value(data, "status", str, key) or "").lower() in _LOOKED_FOR
    return CaseStatus.OPEN if looked_for and is_missing(data) else CaseStatus.CLOSED


def _ethnicities(data: Mapping[str, Any], key: CaseKey) -> tuple[str, ...]:
    word = (value(data, "race_raw", str, key) or value(data, "race", str, key) or "").strip()
    return (_ETHNICITIES.get(word.lower(), word),) if word else ()


def _ages(data: Mapping[str, Any], key: CaseKey, today: date) -> tuple[int | None, int | None]:
    """The age today, from the dates of birth; `age_min` and `age_max` may be of the day of the poster.

    They bound it from below only, so that without a date of birth the upper end stays unknown.
    """
    texts = entries(data, "dates_of_birth_used", key)
    born = [found for found in map(_birthday, texts) if found]
    if len(born) < len(texts) or not born:
        return age(data, "age_min", key), None
    ages = [today.year - day.year - ((today.month, today.day) < (day.month, day.day)) for day in born]
    return min(ages), max(ages)


def _birthday(text: Any) -> date | None:
    try:
        return datetime.strptime(text, "%B %d, %Y").date()
    except (ValueError, TypeError):
        return None


def _image(number: int, item: Any, key: CaseKey) -> SourceImage:
    """An image is known by its place in the list and its address. Another picture at the same address goes unseen."""
    address = value(item, "original", str, key)
    return SourceImage(
        identity_id=number,
        storage_key=hashlib.sha256(address.encode()).hexdigest()[:32] if address else None,
        category="ActualPhoto",  # the list doesn't tell; caption and faces decide
        is_public=True,
        caption=value(item, "caption", str, key, MAX_HTML) or "",
    )
