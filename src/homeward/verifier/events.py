"""A file of events against what its signed digest says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from homeward.domain.audit_format import events_name
from homeward.verifier.digests import Digest
from homeward.verifier.lines import Line, read_lines
from homeward.verifier.locate import Part, differences
from homeward.verifier.problems import Kind, Problem
from homeward.verifier.tree import leaf, tree_hash

_TELL_EVERY = 10_000  # lines
MOST_TOLD = 20  # problems of one file


def check_events(file: IO[bytes], digest: Digest, seen: Callable[[int], None] = lambda lines: None) -> list[Problem]:
    """Everything that is wrong with the file; nothing when it is, byte for byte, the one that was sealed.

    `seen` is told from time to time how many lines have gone by.
    """
    reading = Reading(digest)
    for line in read_lines(file):
        reading.take(line)
        if line.number % _TELL_EVERY == 0:
            seen(line.number)
    whole = reading.sha256.hexdigest() == digest.events["sha256"]
    told = reading.structure() + reading.untrue() if whole else reading.altered()
    more = len(told) - MOST_TOLD
    rest = [reading.problem(Kind.ALTERED, f"and {more} more problems in this file")] if more > 0 else []
    return told[:MOST_TOLD] + rest


@dataclass(slots=True)
class Reading:
    """What is gathered while the lines go by: hashes of parts, and what is wrong with the order of events."""

    digest: Digest
    sha256: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    count: int = 0
    late: dict[str, int] = field(default_factory=dict)
    first: Line | None = None
    last: Line | None = None
    parts: list[Part] = field(default_factory=list)
    _part: list[bytes] = field(default_factory=list)
    _begin: Line | None = None
    _wrong: list[Problem] = field(default_factory=list)

    def take(self, line: Line) -> None:
        """The next line."""
        self.sha256.update(line.data + (b"\n" if line.ended else b""))
        self.size += len(line.data) + line.ended
        self.count += 1
        self._judge(line)
        self.first, self.last, self._begin = self.first or line, line, self._begin or line
        self._part.append(leaf(line.data))
        if len(self._part) == self.digest.events["merkle_parts"]["leaves"]:
            self._end_part()

    def structure(self) -> list[Problem]:
        """What is wrong with the events, whatever the digest says."""
        return self._wrong

    def altered(self) -> list[Problem]:
        """Where the file differs from the one that was sealed."""
        self._end_part()
        if self._elsewhere():
            return [self.problem(Kind.SWAPPED, f"holds none of its events, but some of {self.last and self.last.hour}")]
        hashes = [bytes.fromhex(part) for part in self.digest.events["merkle_parts"]["hashes"]]
        found = differences(hashes, self.parts, self.digest.events["count"], self.count)
        told = [Problem(what.kind, self._name, what.text, self._hour, what.line, what.event) for what in found]
        lines = {problem.line for problem in told}
        told += [problem for problem in self._wrong if problem.line not in lines]
        told.sort(key=lambda problem: problem.line or 0)
        return told or [self.problem(Kind.ALTERED, "the lines are those that were sealed, their ends aren't")]

    def untrue(self) -> list[Problem]:
        """What the digest says and its own file doesn't bear out."""
        self._end_part()
        events = self.digest.events
        found = {
            "bytes": self.size,
            "count": self.count,
            "merkle_root": tree_hash([part.hash for part in self.parts]).hex(),
            "first": self.first and self.first.event_id,
            "last": self.last and self.last.event_id,
            "key": events_name(self._hour),
        }
        wrong = [name for name, value in found.items() if events[name] != value]
        if [part.hash.hex() for part in self.parts] != events["merkle_parts"]["hashes"]:
            wrong.append("merkle_parts")
        if [{"hour": hour, "count": count} for hour, count in sorted(self.late.items())] != self.digest.says["late"]:
            wrong.append("late")
        return [self.problem(Kind.UNTRUE, f"its digest is signed, but wrong about {name}") for name in wrong]

    def problem(self, kind: Kind, text: str, line: Line | None = None) -> Problem:
        """A problem of this file."""
        where = (line.number, line.event_id or None) if line else (None, None)
        return Problem(kind, self._name, text, self._hour, *where)

    @property
    def _hour(self) -> str:
        return self.digest.hour

    @property
    def _name(self) -> str:
        return events_name(self.digest.hour)

    def _elsewhere(self) -> bool:
        """Whether it is another hour's file: no part is as it was, and its newest event is of an hour that isn't here.

        Altered lines may say any hour, too; but then their ids don't, or as many late events of it were sealed.
        """
        if not self.last or not self.last.event_id.startswith(self.last.hour) or self.last.hour == self._hour:
            return False
        known = set(self.digest.events["merkle_parts"]["hashes"])
        late = {entry["hour"]: entry["count"] for entry in self.digest.says["late"]}
        return (
            all(part.hash.hex() not in known for part in self.parts)
            and all(problem.kind is Kind.MISPLACED for problem in self._wrong)
            and self.late[self.last.hour] != late.get(self.last.hour)
        )

    def _judge(self, line: Line) -> None:
        if line.problem:
            self._tell(Kind.UNREADABLE, line.problem, line)
        elif self.last and line.place == self.last.place:
            self._tell(Kind.DOUBLED, "is there twice", line)
        elif self.last and line.place < self.last.place:
            self._tell(Kind.MOVED, f"comes after {self.last.event_id}", line)
        elif line.hour > self._hour:
            self._tell(Kind.MISPLACED, f"belongs to {line.hour}, which is later", line)
        if not line.ended:
            self._tell(Kind.TRUNCATED, "the line has no end", line)
        if line.hour != self._hour:
            self.late[line.hour] = self.late.get(line.hour, 0) + 1

    def _tell(self, kind: Kind, text: str, line: Line) -> None:
        if len(self._wrong) <= MOST_TOLD:
            self._wrong.append(self.problem(kind, text, line))

    def _end_part(self) -> None:
        if self._part and self._begin and self.last:
            self.parts.append(Part(tree_hash(self._part), self._begin, self.last))
        self._part, self._begin = [], None
