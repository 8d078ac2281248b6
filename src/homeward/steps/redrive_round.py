"""A round over many pieces of work: an error leaves one piece to the next round, many errors leave all the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from homeward.domain.errors import HomewardError

MAX_PROBLEMS = 10  # after so many the fault isn't with the single piece
LEFT = "LEFT"
Piece = TypeVar("Piece")


def go_round(pieces: Iterable[Piece], act: Callable[[Piece], str]) -> dict[str, Any]:
    """Return `{"counts": {what was done: number}, "problems": [text]}`."""
    counts: Counter[str] = Counter()
    problems: list[str] = []
    for piece in pieces:
        if len(problems) == MAX_PROBLEMS:
            counts[LEFT] += 1
            continue
        try:
            counts[act(piece)] += 1
        except HomewardError as problem:
            counts[LEFT] += 1
            problems.append(f"{type(problem).__name__}: {problem}")
    return {"counts": dict(counts), "problems": problems}
