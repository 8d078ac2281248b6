"""Reading a NamUs case record (the JSON of `GET .../Cases/{number}`).

Lenient where the source is: an absent key is normal, an unknown value is kept as it is. Strict where silence would
lose something: a value of the wrong type is an error that names its path.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from homeward.domain.cases import Case, CaseKey, CaseStatus
from homeward.domain.errors import SourceError
from homeward.domain.record_values import age, day, entries, read_json, time_text, value
from homeward.domain.sources import SourceImage, SourceRecord

CASE_SETS = {"MP": "MissingPersons"}  # case set -> its name in addresses


def read_record(key: CaseKey, raw: bytes, site: str) -> SourceRecord:
    """Read a record; SourceError when it isn't usable. `site` is the address that people open, e.g. https://..."""
    data = read_json(raw, f"case {key}")
    if not isinstance(data, dict) or str(data.get("id")) != key.number:
        raise SourceError(f"the record of {key} is about something else")
    images = tuple(_image(item, key) for item in entries(data, "images", key))
    return SourceRecord(raw, _case(key, data, raw, site), images)


def _case(key: CaseKey, data: Mapping[str, Any], raw: bytes, site: str) -> Case:
    modified = time_text(data, "modifiedDateTime", key)
    digest = hashlib.sha256(raw).hexdigest()
    return Case(
        key=key,
        status=_status(data, key),
        sex=value(data, "subjectDescription.sex.name", str, key),
        ethnicities=_ethnicities(data, key),
        current_age_min=age(data, "subjectIdentification.currentMinAge", key),
        current_age_max=age(data, "subjectIdentification.currentMaxAge", key),
        last_contact=day(value(data, "sighting.date", str, key)),
        link=f"{site}/{CASE_SETS[key.case_set]}/Case#/{key.number}",
        created=time_text(data, "createdDateTime", key),
        modified=modified,
        # The digest keeps each version: computed ages change without a new `modifiedDateTime`.
        raw_key=f"raw/{key.source}/{key.case_set}/{key.number}/{modified}-{digest[:12]}.json",
        raw_sha256=digest,
    )


def _status(data: Mapping[str, Any], key: CaseKey) -> CaseStatus:
    published = value(data, "publicationStatus.name", str, key) in (None, "Published")
    resolved = value(data, "caseIsResolved", bool, key) is True
    return CaseStatus.OPEN if published and not resolved else CaseStatus.CLOSED


def _ethnicities(data: Mapping[str, Any], key: CaseKey) -> tuple[str, ...]:
    """All that are recorded; the primary one alone only where there is no list."""
    description = value(data, "subjectDescription", dict, key) or {}
    names = [value(item, "name", str, key) for item in entries(description, "ethnicities", key)]
    primary = value(description, "primaryEthnicity.name", str, key)
    return tuple(sorted({name for name in names if name})) or ((primary,) if primary else ())


def _image(item: Any, key: CaseKey) -> SourceImage:
    return SourceImage(
        identity_id=value(item, "identityId", int, key),
        storage_key=value(item, "files.original.storageKey", str, key),
        category=value(item, "category.name", str, key),
        is_public=value(item, "isPublic", bool, key) is True,
        caption=value(item, "caption", str, key) or "",
    )
