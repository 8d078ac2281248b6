"""The list: which items there are, and what happens to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from standins.fbi import clock
from standins.fbi.clock import Clock
from standins.fbi.records import Entry, Image, What
from standins.namus.records import draw


class Wanted:
    """All items that were ever published, by uid; further ones come from the drafts."""

    def __init__(self, entries: Iterable[Entry], drafts: Iterator[Entry], clock: Clock) -> None:
        self._drafts = drafts
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._paths: dict[str, Entry] = {}
        for entry in entries:
            self._add(entry)

    def listed(self) -> list[Entry]:
        """What the list shows, in no order that means anything."""
        return [entry for entry in self._entries.values() if entry.listed]

    def all(self) -> list[Entry]:
        """The withdrawn ones, too."""
        return [*self._entries.values()]

    def known(self, uid: str) -> Entry | None:
        """The item, withdrawn or not."""
        return self._entries.get(uid)

    def get(self, uid: str) -> Entry | None:
        """The item, if the site has it."""
        entry = self._entries.get(uid)
        return entry if entry and entry.answers else None

    def image(self, path: str) -> Image | None:
        """The image whose address without /@@images/... is this path."""
        entry, name = self._paths.get(path), None
        if entry is None:
            above, _, name = path.rpartition("/")
            entry = self._paths.get(above)
        if entry is None or not entry.answers:
            return None
        return next((image for image in entry.images if image.name == name), None)

    def publish(self, what: What | None) -> Entry:
        """A new item, of the kind that comes next, or of the next that is about such a person."""
        entry = next(draft for draft in self._drafts if what in (None, draft.what))
        now = self._clock.now()
        entry.said |= {"status": "na", "publication": clock.publication(now), "modified": clock.modified(now)}
        self._add(entry)
        return entry

    def touch(self, entries: Iterable[Entry]) -> None:
        """Give them all the same new time of change."""
        now = clock.modified(self._clock.now())
        for entry in entries:
            entry.forced.pop("modified", None)
            entry.said["modified"] = now

    def _add(self, entry: Entry) -> None:
        self._entries[entry.uid] = entry
        self._paths[entry.path] = entry


def chosen(entries: list[Entry], count: int, seed: int) -> list[Entry]:
    """So many of them, drawn by the seed."""
    return sorted(entries, key=lambda entry: draw(1 << 62, seed, entry.uid, "chosen"))[:count]


def described(entry: Entry) -> dict[str, Any]:
    """What the control paths tell of an item: also what the list doesn't say."""
    return {
        "uid": entry.uid,
        "what": entry.what.value,
        "title": entry.stated("title"),
        "status": entry.stated("status"),
        "modified": entry.stated("modified"),
        "listed": entry.listed,
        "answers": entry.answers,
        "images": len(entry.images),
    }
