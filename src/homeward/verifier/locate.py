"""Where two sequences of hashes differ: the parts that a digest names, and those of the file as it is now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from homeward.verifier.lines import Line
from homeward.verifier.problems import Kind


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a file; one alone when the file has few."""

    hash: bytes
    first: Line
    last: Line


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wrong at a line."""

    kind: Kind
    text: str
    line: int | None
    event: str | None = None


def differences(sealed: Sequence[bytes], found: Sequence[Part], sealed_lines: int, lines: int) -> list[Difference]:
    """How `found` isn't `sealed`. Parts of one line each are told apart line by line, larger ones only as a whole."""
    counted = f"the file has {lines} lines, and had {sealed_lines}"
    if not lines:
        return [Difference(Kind.TRUNCATED, counted, 1)]
    if len(sealed) >= sealed_lines:
        return list(_by_line(sealed, found, counted))
    return list(_by_part(sealed, found, (Kind.ALTERED, Kind.ADDED, Kind.MISSING)[_sign(lines - sealed_lines)], counted))


def _by_line(sealed: Sequence[bytes], found: Sequence[Part], counted: str) -> Iterator[Difference]:
    new = [part.hash for part in found]
    before, after = Counter(sealed), Counter(new)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, sealed, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone = [number for number in range(i1, i2) if sealed[number] not in after]
        strangers = [part for part in found[j1:j2] if part.hash not in before]
        for part in (part for part in found[j1:j2] if part.hash in before):
            twice = after[part.hash] > before[part.hash]
            yield _at(Kind.DOUBLED if twice else Kind.MOVED, f"isn't in its place; {counted}", part)
        for number, part in enumerate(strangers):
            kind = Kind.ALTERED if number < len(gone) else Kind.ADDED
            yield _at(kind, f"isn't what was sealed; {counted}", part)
        cut = j2 == len(new) and i2 == len(sealed) and len(gone) == i2 - i1
        for number in gone[len(strangers) :]:
            kind = Kind.TRUNCATED if cut else Kind.MISSING
            yield Difference(kind, f"what was sealed as this line is gone; {counted}", number + 1)


def _by_part(sealed: Sequence[bytes], found: Sequence[Part], kind: Kind, counted: str) -> Iterator[Difference]:
    """A line that is gone or too much moves every part after it: then only the first one is told."""
    different = [part for was, part in zip(sealed, found, strict=False) if part.hash != was]
    for part in different if kind is Kind.ALTERED else different[:1]:
        yield Difference(kind, f"differs here, or up to line {part.last.number}; {counted}", part.first.number)
    if not different and len(sealed) != len(found):
        last = found[min(len(sealed), len(found)) - 1].last
        yield Difference(Kind.TRUNCATED if kind is Kind.MISSING else kind, f"differs after it; {counted}", last.number)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _at(kind: Kind, text: str, part: Part) -> Difference:
    return Difference(kind, text, part.first.number, part.first.event_id or None)
