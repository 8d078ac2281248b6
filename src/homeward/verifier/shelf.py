"""Where the files are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from homeward.domain.audit_format import PREFIX
from homeward.domain.errors import InputError


class Shelf(Protocol):
    """A place with the files of a log; names are as in the bucket, `audit/2026/11/22/21.jsonl`."""

    def names(self) -> Iterator[str]:
        """Every file, in any order."""

    def rewritten(self) -> Iterator[tuple[str, str]]:
        """Files that aren't as they were first written, whatever they hold: their names, and what was done to them."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file's bytes."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A copy of the bucket on disk."""

    path: Path

    def names(self) -> Iterator[str]:
        """See the protocol. InputError when it holds no log."""
        if not (self.path / PREFIX).is_dir():
            raise InputError(f"{self.path} has no folder {PREFIX}: copy the whole bucket, with its folders")
        yield from (self._name(file) for file in self._found() if _is_ordinary(file))

    def rewritten(self) -> Iterator[tuple[str, str]]:
        """Links, pipes and the like, which aren't opened. A folder knows nothing of earlier versions."""
        yield from ((self._name(file), "is no ordinary file") for file in self._found() if not _is_ordinary(file))

    def open(self, name: str) -> IO[bytes]:
        """See the protocol."""
        return (self.path / name).open("rb")

    def _found(self) -> Iterator[Path]:
        return (file for file in (self.path / PREFIX).rglob("*") if file.is_symlink() or not file.is_dir())

    def _name(self, file: Path) -> str:
        return file.relative_to(self.path).as_posix()


def _is_ordinary(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()
