"""The lines of a file of events, as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import rfc8785

LONGEST = 2**21  # bytes; an event has 400 kB at most (DynamoDB), and a letter of it 6 at most


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end; `problem` is why it is no event, else `hour` and `event_id` are the event's."""

    number: int
    data: bytes
    ended: bool
    hour: str = ""
    event_id: str = ""
    problem: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """What lines are ordered by."""
        return self.hour, self.event_id


def read_lines(file: IO[bytes]) -> Iterator[Line]:
    """Every line; one that is longer than any event is cut into several."""
    number = 0
    while raw := file.readline(LONGEST):
        number += 1
        yield _line(number, raw.removesuffix(b"\n"), raw.endswith(b"\n"))


def _line(number: int, data: bytes, ended: bool) -> Line:
    try:
        event = json.loads(data)
        hour, event_id = event["hour"], event["event_id"]
        whole = _is_canonical(event, data)
    except (ValueError, KeyError, TypeError, RecursionError):
        return Line(number, data, ended, problem="is no event: damaged, or something else")
    if not isinstance(hour, str) or not isinstance(event_id, str):
        return Line(number, data, ended, problem="is no event: its hour or event_id is no text")
    return Line(number, data, ended, hour, event_id, None if whole else "isn't in its canonical form")


def _is_canonical(event: Any, data: bytes) -> bool:
    """Python's own writer agrees with RFC 8785 but for some numbers and names of members, and is faster."""
    quick = json.dumps(event, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return quick.encode() == data or rfc8785.dumps(event) == data
