"""Names of those who work with it: what is one, and what stands in for it in records that stay."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from homeward.domain.errors import InputError

MAX_NAME = 100  # characters
ID_LENGTH = 16  # hexadecimal digits, 64 bits: two of a million people share one with a chance of 1 in 37 million


def staff_name(text: str) -> str:
    """A name as it is compared: case and space around it don't matter. InputError without one."""
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InputError(f"a person's name has 1 to {MAX_NAME} printable characters: --by NAME")
    return name


def shown_actor(actor: str, name_of: Callable[[str], str | None]) -> str:
    """Who did it, with the name of a person whom we still know; `name_of` finds the name behind a staff id."""
    kind, _, known_as = actor.partition(":")
    return (name_of(known_as) if kind == "person" else None) or actor


def staff_id(name: str, key: bytes) -> str:
    """HMAC-SHA256 of the name, whatever its case, cut to ID_LENGTH. Without the key nobody can try out names."""
    return hmac.new(key, staff_name(name).casefold().encode(), hashlib.sha256).hexdigest()[:ID_LENGTH]
