"""Reading a NamUs case record (the JSON of `GET .../Cases/{number}`).

Lenient where the source is: an absent key is normal, an unknown value is kept as it is. Strict where silence would
lose something: a value of the wrong type is an error that names its path.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from homeward.domain.cases import Case, CaseKey, CaseStatus
from homeward.domain.errors import SourceError
from homeward.domain.sources import SourceImage, SourceRecord

CASE_SETS = {"MP": "MissingPersons"}  # case set -> its name in addresses
MAX_AGE = 150  # years
MAX_TEXT, MAX_LIST = 5_000, 100  # characters, entries: no real record comes near
_T = TypeVar("_T")


def read_record(key: CaseKey, raw: bytes, site: str) -> SourceRecord:
    """Read a record; SourceError when it isn't usable. `site` is the address that people open, e.g. https://..."""
    data = read_json(raw, f"case {key}")
    if not isinstance(data, dict) or str(data.get("id")) != key.number:
        raise SourceError(f"the record of {key} is about something else")
    images = tuple(_image(item, key) for item in _list(data, "images", key))
    return SourceRecord(raw, _case(key, data, raw, site), images)


def read_json(raw: bytes, what: str) -> Any:
    """Parse JSON; SourceError for anything else."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise SourceError(f"{what}: the source answered something that isn't JSON") from None


def _case(key: CaseKey, data: Mapping[str, Any], raw: bytes, site: str) -> Case:
    modified = _time(data, "modifiedDateTime", key)
    digest = hashlib.sha256(raw).hexdigest()
    return Case(
        key=key,
        status=_status(data, key),
        sex=_get(data, "subjectDescription.sex.name", str, key),
        ethnicities=_ethnicities(data, key),
        current_age_min=_age(data, "currentMinAge", key),
        current_age_max=_age(data, "currentMaxAge", key),
        last_contact=_day(_get(data, "sighting.date", str, key)),
        link=f"{site}/{CASE_SETS[key.case_set]}/Case#/{key.number}",
        created=_time(data, "createdDateTime", key),
        modified=modified,
        # The digest keeps each version: computed ages change without a new `modifiedDateTime`.
        raw_key=f"raw/{key.source}/{key.case_set}/{key.number}/{modified}-{digest[:12]}.json",
        raw_sha256=digest,
    )


def _status(data: Mapping[str, Any], key: CaseKey) -> CaseStatus:
    published = _get(data, "publicationStatus.name", str, key) in (None, "Published")
    resolved = _get(data, "caseIsResolved", bool, key) is True
    return CaseStatus.OPEN if published and not resolved else CaseStatus.CLOSED


def _ethnicities(data: Mapping[str, Any], key: CaseKey) -> tuple[str, ...]:
    """All that are recorded; the primary one alone only where there is no list."""
    description = _get(data, "subjectDescription", dict, key) or {}
    names = [_get(item, "name", str, key) for item in _list(description, "ethnicities", key)]
    primary = _get(description, "primaryEthnicity.name", str, key)
    return tuple(sorted({name for name in names if name})) or ((primary,) if primary else ())


def _image(item: Any, key: CaseKey) -> SourceImage:
    return SourceImage(
        identity_id=_get(item, "identityId", int, key),
        storage_key=_get(item, "files.original.storageKey", str, key),
        category=_get(item, "category.name", str, key),
        is_public=_get(item, "isPublic", bool, key) is True,
        caption=_get(item, "caption", str, key) or "",
    )


def _age(data: Mapping[str, Any], name: str, key: CaseKey) -> int | None:
    """Years; what nobody can be counts as unknown."""
    years = _get(data, f"subjectIdentification.{name}", int, key)
    return years if years is not None and 0 <= years <= MAX_AGE else None


def _day(text: str | None) -> date | None:
    """A date that can't be read counts as unknown, which asks for a person later on."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _get(data: Any, path: str, kind: type[_T], key: CaseKey) -> _T | None:
    """The value at a dotted path, None when any part of it is absent; SourceError when something has another type."""
    value = data
    for name in path.split("."):
        if not isinstance(value, dict):
            raise SourceError(f"case {key}: {path} isn't where it should be")
        value = value.get(name)
        if value is None:
            return None
    # In Python a bool is an int; in a record it isn't.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SourceError(f"case {key}: {path} is a {type(value).__name__}, not a {kind.__name__}")
    if isinstance(value, (str, list)) and len(value) > (MAX_TEXT if isinstance(value, str) else MAX_LIST):
        raise SourceError(f"case {key}: {path} is too long ({len(value)})")
    return value


def _time(data: Mapping[str, Any], path: str, key: CaseKey) -> str:
    """A time, as the source writes it."""
    text = _get(data, path, str, key) or ""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise SourceError(f"case {key} has no usable {path}") from None
    return text


def _list(data: Any, path: str, key: CaseKey) -> list[Any]:
    return _get(data, path, list, key) or []
