"""Shots wait on disk until S3 has them: bounded, whole or not there, in the order of their capture."""

from __future__ import annotations

import heapq
import os
import re
from dataclasses import dataclass
from pathlib import Path
from threading import Condition

from homeward_camera.errors import SpoolError
from homeward_camera.shots import Shot

NAME = re.compile(r"(?P<name>\d{8}T\d{9}Z-[0-9a-f]{16})-q(?P<band>\d{2})\.shot")
MEGABYTE = 1_000_000
BANDS = 10  # of quality: within one, the oldest goes first
DAMAGED, REFUSED = "damaged", "refused"  # folders for what can't be sent, for a person to look at


@dataclass(frozen=True, order=True)
class _Entry:
    file: str  # sorts by time of capture
    band: int
    size: int


class Spool:
    """The waiting shots of one camera, at most `most` bytes; may be shared by the camera and the uploader.

    A shot is there once `put` has returned, also after power loss; a file is gone only when `done` was called.
    """

    def __init__(self, folder: Path, most: int) -> None:
        """Make the folder, and find what waits there since earlier. Raises SpoolError."""
        self._folder, self._most = folder, most
        self._change = Condition()
        self._entries: dict[str, _Entry] = {}
        self._by_age: list[_Entry] = []
        self._by_worth: list[tuple[int, _Entry]] = []
        self._bytes = 0
        self.dropped = 0
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for path in sorted(folder.iterdir()):
                self._found(path)
        except OSError as error:
            raise SpoolError(f"the spool {folder} can't be used: {error.strerror}") from error

    def __len__(self) -> int:
        """How many shots wait."""
        return len(self._entries)

    @property
    def size(self) -> int:
        """How many bytes wait."""
        return self._bytes

    def put(self, shot: Shot) -> None:
        """Keep the shot; what is of least worth makes room, or isn't kept. Raises SpoolError: the disk is full."""
        content = shot.to_bytes()
        band = min(int(shot.quality * BANDS), BANDS - 1)
        entry = _Entry(f"{shot.name}-q{band:02}.shot", band, len(content))
        with self._change:
            if entry.file in self._entries:
                return
            if not self._make_room(entry):
                self.dropped += 1
                return
            self._write(entry, content)
            self._add(entry)
            self._change.notify_all()

    def oldest(self, seconds: float) -> tuple[str, Shot] | None:
        """The file and shot that is to be sent next; None when there was none for so long.

        A file that power loss or the disk damaged is set aside.
        """
        with self._change:
            if not self._entries:
                self._change.wait(seconds)
            while self._entries:
                while self._by_age[0].file not in self._entries:
                    heapq.heappop(self._by_age)
                file = self._by_age[0].file
                try:
                    return file, Shot.from_bytes((self._folder / file).read_bytes())
                except (ValueError, KeyError, TypeError, OSError):
                    self._aside(file, DAMAGED)
        return None

    def done(self, file: str) -> None:
        """S3 has it: nothing of it stays here."""
        with self._change:
            if file in self._entries:
                self._remove(file)

    def refuse(self, file: str) -> None:
        """S3 will never take it: keep it where a person finds it, out of the way of the others."""
        with self._change:
            if file in self._entries:
                self._aside(file, REFUSED)

    def aside(self, folder: str) -> int:
        """How many shots were set aside in DAMAGED or REFUSED."""
        place = self._folder / folder
        return sum(1 for _ in place.iterdir()) if place.is_dir() else 0

    def _found(self, path: Path) -> None:
        if path.suffix == ".part":  # power was lost while it was written: it was never there
            path.unlink()
        elif name := NAME.fullmatch(path.name):
            self._add(_Entry(path.name, int(name["band"]), path.stat().st_size))

    def _add(self, entry: _Entry) -> None:
        self._entries[entry.file] = entry
        self._bytes += entry.size
        heapq.heappush(self._by_age, entry)
        heapq.heappush(self._by_worth, (entry.band, entry))

    def _make_room(self, entry: _Entry) -> bool:
        """Drop the oldest of the lowest quality until the entry fits; False when it is itself of the lowest."""
        while self._bytes + entry.size > self._most:
            while self._by_worth and self._by_worth[0][1].file not in self._entries:
                heapq.heappop(self._by_worth)
            if not self._by_worth or entry.band < self._by_worth[0][0]:
                return False
            self._remove(self._by_worth[0][1].file)
            self.dropped += 1
        return True

    def _remove(self, file: str) -> None:
        (self._folder / file).unlink(missing_ok=True)
        self._forget(file)

    def _aside(self, file: str, folder: str) -> None:
        place = self._folder / folder
        place.mkdir(exist_ok=True)
        if (self._folder / file).exists():
            os.replace(self._folder / file, place / file)
        self._forget(file)

    def _forget(self, file: str) -> None:
        self._bytes -= self._entries.pop(file).size

    def _write(self, entry: _Entry, content: bytes) -> None:
        part = self._folder / f"{entry.file}.part"
        try:
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._folder / entry.file)
            _sync_folder(self._folder)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise SpoolError(f"the spool {self._folder} doesn't take a shot: {error.strerror}; make room") from error


def _sync_folder(folder: Path) -> None:
    """The file's name survives power loss, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
