"""Labelled people of somebody's own: what a CSV file, or a `person.json`, records of each.

CSV, UTF-8, first line `person,sex,ethnicity,age` (any order, `person` needed, other columns refused). `person` is the
name of the person's folder, `sex` Female or Male, `ethnicity` one name or several with semicolons, `age` whole years
today. An empty field is unknown: the person is in no group of that attribute. Nothing is guessed from a picture.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homeward.domain.errors import InputError
from homeward.domain.groups import ADULT_AGE, Group, age_band, known
from homeward.domain.record_values import MAX_AGE

COLUMNS = ("person", "sex", "ethnicity", "age")
SEXES = ("Female", "Male")
LONGEST = 80  # characters of an ethnicity's name
MAX_ETHNICITIES = 10


@dataclass(frozen=True, slots=True)
class Attributes:
    """The recorded group of a person, and whether the record says that nobody like that exists."""

    group: Group
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with pictures; `name` is the folder's."""

    name: str
    attributes: Attributes
    pictures: tuple[Path, ...]


NOTHING_KNOWN = Attributes(Group(None, (), None, True))


def read_csv(text: str) -> dict[str, Attributes]:
    """Attributes by person; InputError names the line that can't be used."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        return dict(_people(rows))
    except csv.Error as problem:
        raise InputError(f"the CSV file can't be read: line {rows.line_num}: {problem}") from problem


def _people(rows: Any) -> Iterator[tuple[str, Attributes]]:
    head = [name.strip().lower() for name in next(rows, [])]
    if "person" not in head or len(set(head)) < len(head) or not set(head) <= set(COLUMNS):
        raise InputError(f"the CSV file's first line must be `{','.join(COLUMNS)}`, not `{','.join(head)}`")
    seen: set[str] = set()
    for row in rows:
        if not any(field.strip() for field in row):
            continue
        if len(row) != len(head):
            raise InputError(f"line {rows.line_num}: {len(row)} fields, not {len(head)}; quote a comma inside a field")
        stated = {name: field.strip() for name, field in zip(head, row, strict=True)}
        person = stated.pop("person")
        if not person or person in seen:
            raise InputError(f"line {rows.line_num}: {'no person' if not person else f'{person} is there twice'}")
        seen.add(person)
        stated["age"] = _number(stated.get("age", ""), f"line {rows.line_num}")
        yield person, _attributes(stated, f"line {rows.line_num}")


def _number(text: str, where: str) -> Any:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InputError(f"{where}: age {text!r} is no whole number of years")
    return int(text[:4])


def read_person(text: str, where: str) -> Attributes:
    """Attributes from a `person.json` ({"sex", "ethnicity", "age", "synthetic"}, each optional); InputError."""
    try:
        stated = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{where} is no JSON; mend or remove it") from None
    if not isinstance(stated, dict):
        raise InputError(f"{where} must hold a JSON object")
    return _attributes(stated, where)


def _attributes(stated: Mapping[str, Any], where: str) -> Attributes:
    age = _age(stated.get("age"), where)
    group = Group(
        sex=_sex(stated.get("sex"), where),
        ethnicities=tuple(sorted(_ethnicities(stated.get("ethnicity"), where))),
        age_band=age_band(age, age),
        maybe_minor=age is None or age < ADULT_AGE,
    )
    return Attributes(group, stated.get("synthetic") is True)


def _sex(stated: object, where: str) -> str | None:
    if stated is None or (isinstance(stated, str) and not known(stated)):
        return None
    word = stated.capitalize() if isinstance(stated, str) else ""
    if word not in SEXES:
        raise InputError(f"{where}: sex {stated!r} is none of {', '.join(SEXES)}, or empty")
    return word


def _ethnicities(stated: object, where: str) -> set[str]:
    names = [name.strip() for name in stated.split(";")] if isinstance(stated, str) else stated or []
    if not isinstance(names, list) or not all(isinstance(name, str) and len(name) <= LONGEST for name in names):
        raise InputError(f"{where}: ethnicity must be text of at most {LONGEST} characters a name")
    if len(names) > MAX_ETHNICITIES:
        raise InputError(f"{where}: more than {MAX_ETHNICITIES} ethnicities")
    return {name for name in names if known(name)}


def _age(stated: object, where: str) -> int | None:
    if stated is None:
        return None
    if not isinstance(stated, int) or isinstance(stated, bool) or not 0 <= stated <= MAX_AGE:
        raise InputError(f"{where}: age {stated!r} is no whole number of years from 0 to {MAX_AGE}")
    return stated
