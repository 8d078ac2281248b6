"""Portraits, each drawn once: kept as JPEG files in a folder, so that an interrupted or larger run goes on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from standins.people.faces import Face, FaceReader
from standins.people.files import decoded, is_picture, jpeg, write_bytes
from standins.people.generator import Generator, Picture

QUALITY = 93


@dataclass(frozen=True)
class Portrait:
    """Variant `variant` of person `number`, with the one face that it shows."""

    number: int
    variant: int
    data: bytes
    face: Face

    @property
    def picture(self) -> Picture:
        """The decoded picture, BGR."""
        return decoded(self.data)


@cache
def _generator() -> Generator:
    """The process's one: it takes 0.9 GB and seconds to make."""
    return Generator()


class Portraits:
    """Gives portraits: from the folder when they were drawn before, else from the generator."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reader = FaceReader()

    def get(self, number: int, variant: int = 0) -> Portrait | None:
        """The portrait, or None when it does not show exactly one face. The same on every call."""
        file = self._folder / f"{number:06}-{variant:02}.jpg"
        if not (file.is_file() and is_picture(file.read_bytes())):
            write_bytes(file, jpeg(_generator().draw(number, variant), QUALITY))
        data = file.read_bytes()
        faces = self.reader.read(decoded(data))
        return Portrait(number, variant, data, faces[0]) if len(faces) == 1 else None
