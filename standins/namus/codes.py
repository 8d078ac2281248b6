"""NamUs's public code lists: what each id means, as the site names it (codes.json holds the ids that were seen)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Code(NamedTuple):
    """One entry of a code list; `shown` is what the site displays (for states the two letters)."""

    id: int
    name: str
    shown: str

    def body(self) -> dict[str, object]:
        """The entry as it stands in a case."""
        return {"id": self.id, "name": self.name, "localizedName": self.shown}


@cache
def codes(kind: str) -> tuple[Code, ...]:
    """A code list: sex, ethnicity, state, hairColor, eyeColor, tribalLand, imageCategory, article, ..."""
    lists = json.loads(Path(__file__).with_name("codes.json").read_text())
    return tuple(Code(*entry) for entry in lists[kind])


@cache
def _by_name(kind: str) -> dict[str, Code]:
    return {code.name: code for code in codes(kind)}


def code(kind: str, name: str) -> Code:
    """The entry with that name. Raises KeyError when the list has none."""
    return _by_name(kind)[name]


def state_code(name: str) -> Code:
    """A state's entry; also of those that cases name and the site's own list leaves out."""
    return _by_name("state").get(name) or code("unlistedState", name)


def names(kind: str) -> tuple[str, ...]:
    """Every name of a code list."""
    return tuple(_by_name(kind))
