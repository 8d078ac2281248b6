"""What whoever verifies reads: a line per problem, then notes, then the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from homeward.verifier.verify import Verification


def lines(verification: Verification, expected: str | None = None) -> Iterator[tuple[str, bool]]:
    """Each line as soon as it is known, and whether it is a problem; `expected` as Verification has it."""
    count = 0
    for count, problem in enumerate(verification.problems(expected), 1):  # noqa: B007 - the last one counts
        yield str(problem), True
    yield from ((note, False) for note in _notes(verification, expected))
    stretch = f" ({verification.first} to {verification.last})" if verification.hours else ""
    counted = f"{verification.hours} hours{stretch}, {verification.events} events"
    yield (f"NOT WHOLE: {count} problems; {counted}" if count else f"whole: {counted}"), False


def _notes(verification: Verification, expected: str | None) -> Iterator[str]:
    for hour, carrier, count in verification.late:
        yield f"note: {count} late events of {hour} were sealed with {carrier}"
    if verification.last and not (verification.until or expected):
        yield f"note: nothing is known about hours after {verification.last}; --to says up to which they must be there"
    if not verification.last and verification.too_young:
        yield f"note: the log began in {verification.born}; nothing had to be sealed yet"
    for key in sorted(verification.used):
        yield f"note: signed with the key whose SHA-256 is {key}"
