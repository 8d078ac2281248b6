"""Reading values out of a source's JSON: an absent one is None, one of the wrong type an error that names its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from homeward.domain.errors import SourceError

MAX_AGE = 150  # years
MAX_TEXT, MAX_LIST = 5_000, 100  # characters, entries: no real record comes near
_T = TypeVar("_T")


def read_json(raw: bytes, what: str) -> Any:
    """Parse JSON; SourceError for anything else."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise SourceError(f"{what}: the source answered something that isn't JSON") from None


def value(data: Any, path: str, kind: type[_T], about: object, longest: int = MAX_TEXT) -> _T | None:
    """The value at a dotted path, None when any part of it is absent; SourceError when something has another type.

    `about` names the case in errors; `longest` bounds texts, in characters.
    """
    found = data
    for name in path.split("."):
        if not isinstance(found, dict):
            raise SourceError(f"case {about}: {path} isn't where it should be")
        found = found.get(name)
        if found is None:
            return None
    # In Python a bool is an int; in a record it isn't.
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise SourceError(f"case {about}: {path} is a {type(found).__name__}, not a {kind.__name__}")
    if isinstance(found, (str, list)) and len(found) > (longest if isinstance(found, str) else MAX_LIST):
        raise SourceError(f"case {about}: {path} is too long ({len(found)})")
    return found


def entries(data: Any, path: str, about: object) -> list[Any]:
    """The list at a path, empty when there is none."""
    return value(data, path, list, about) or []


def time_text(data: Mapping[str, Any], path: str, about: object) -> str:
    """A time, as the source writes it."""
    text = value(data, path, str, about) or ""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise SourceError(f"case {about} has no usable {path}") from None
    return text


def age(data: Mapping[str, Any], path: str, about: object) -> int | None:
    """Years; what nobody can be counts as unknown."""
    years = value(data, path, int, about)
    return years if years is not None and 0 <= years <= MAX_AGE else None


def day(text: str | None) -> date | None:
    """A date that can't be read counts as unknown, which asks for a person later on."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
