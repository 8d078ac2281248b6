"""Folders of somebody's own pictures: one folder per person, its pictures in it, and what is recorded of the people.

Nothing is opened but to be sent: what a picture is worth is told by its bytes, later, one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from homeward.domain.bias.people import NOTHING_KNOWN, Attributes, Person, read_csv, read_person
from homeward.domain.errors import InputError

ENDINGS = frozenset({".jpg", ".jpeg", ".png"})
RECORD = "person.json"
LARGEST_TEXT = 64 * 1024 * 1024  # bytes of the CSV file; a million people fit


def read_attributes(file: Path | None) -> dict[str, Attributes]:
    """What the CSV file says, by person; nothing without one. InputError."""
    if file is None:
        return {}
    try:
        if file.stat().st_size > LARGEST_TEXT:
            raise InputError(f"{file} is larger than {LARGEST_TEXT:,} bytes")
        return read_csv(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"{file} can't be read as UTF-8 text: {problem}") from problem


def read_people(folder: Path, attributes: Mapping[str, Attributes]) -> list[Person]:
    """Everybody with a folder, by name; the CSV file's word counts before that of a `person.json`. InputError."""
    people = _folders(folder, attributes)
    if not any(person.pictures for person in people):
        raise InputError(f"{folder} has no pictures; expected one folder per person with .jpg or .png files in it")
    return people


def read_strangers(folder: Path, attributes: Mapping[str, Attributes]) -> list[Person]:
    """People who are not enrolled: folders as above; a picture that lies outside counts as a person of its own."""
    named = _folders(folder, attributes)
    loose = [Person(path.stem, attributes.get(path.stem, NOTHING_KNOWN), (path,)) for path in _pictures(folder)]
    people = [*named, *loose]
    if not any(person.pictures for person in people):
        raise InputError(f"{folder} has no pictures: no .jpg or .png file in it or in a folder of it")
    return people


def _folders(folder: Path, attributes: Mapping[str, Attributes]) -> list[Person]:
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder")
    named = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    return [Person(one.name, attributes.get(one.name) or _recorded(one), _pictures(one)) for one in named]


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(one for one in folder.iterdir() if one.suffix.lower() in ENDINGS and one.is_file()))


def _recorded(folder: Path) -> Attributes:
    file = folder / RECORD
    try:
        return read_person(file.read_text(encoding="utf-8"), str(file))
    except FileNotFoundError:
        return NOTHING_KNOWN
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"{file} can't be read: {problem}") from problem
