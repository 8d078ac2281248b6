"""What can be wrong with a log, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of problems."""

    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
    MOVED = "moved"
    DOUBLED = "doubled"
    TRUNCATED = "truncated"
    SWAPPED = "swapped"
    FORKED = "forked"
    MISPLACED = "misplaced"
    UNREADABLE = "unreadable"
    REWRITTEN = "rewritten"
    SIGNATURE = "signature"
    CLOCK = "clock"
    UNTRUE = "untrue"  # a signed digest says what its file doesn't bear out: the sealer itself was wrong
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the verifier. `file` is a name in the log, `line` counts from 1."""

    kind: Kind
    file: str
    text: str
    hour: str | None = None
    line: int | None = None
    event: str | None = None

    def __str__(self) -> str:
        line = f" line {self.line}" if self.line else ""
        event = f" event {self.event}" if self.event else ""
        return shown(f"{self.kind}: {self.hour or '-'} {self.file}{line}{event}: {self.text}")


def shown(text: str) -> str:
    """Text from a file that anyone may have written, safe for one line of a terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)[:1000]
