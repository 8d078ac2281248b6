"""The whole log, or a stretch of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import homeward.domain.audit_format as form
from homeward.verifier import chain
from homeward.verifier.digests import LARGEST, Bad, Digest, checked
from homeward.verifier.events import check_events
from homeward.verifier.problems import Kind, Problem
from homeward.verifier.shelf import Shelf
from homeward.verifier.signatures import PublicKeys

Progress = Callable[[int, int, int], None]  # hours done, of how many, and events


@dataclass(slots=True)
class Verification:
    """Run `problems` to its end; then the rest says what was looked at."""

    shelf: Shelf
    keys: PublicKeys
    since: str | None = None
    until: str | None = None
    born: str | None = None  # the hour in which the shelf was made: nothing of earlier hours can be missing
    progress: Progress = lambda done, of, events: None
    hours: int = 0
    events: int = 0
    first: str | None = None
    last: str | None = None
    late: list[tuple[str, str, int]] = field(default_factory=list)  # (hour, sealed in, how many)
    used: set[str] = field(default_factory=set)
    _expected: str | None = None
    _place: tuple[int, int] = (0, 0)

    def problems(self, expected: str | None = None) -> Iterator[Problem]:
        """Every problem, as it is found; `expected` is the hour up to which digests must be there."""
        self._expected = self.until or expected
        yield from self._rewritten()
        digests, events = set[str](), set[str]()
        for name in self.shelf.names():
            hour, suffix = form.hour_named(name) or ("", "")
            if not hour:
                yield Problem(Kind.STRANGE, name, "is no file of the log")
            elif (self.since or hour) <= hour <= (self.until or hour):
                (digests if suffix == form.DIGEST_SUFFIX else events).add(hour)
        yield from self._unsealed(events - digests)
        yield from self._walk(sorted(digests), events)

    @property
    def too_young(self) -> bool:
        """Whether nothing had to be sealed yet."""
        return bool(self._expected and self.born and self._expected < self.born)

    def _rewritten(self) -> Iterator[Problem]:
        for name, text in self.shelf.rewritten():
            hour = (form.hour_named(name) or (None,))[0]
            if hour is None or (self.since or hour) <= hour <= (self.until or hour):
                yield Problem(Kind.REWRITTEN, name, text, hour)

    def _unsealed(self, hours: set[str]) -> Iterator[Problem]:
        """Events without a digest: the live log's newest may be in the middle of its sealing."""
        for hour in sorted(hours):
            if self._expected is None or hour <= self._expected:
                text = "has no digest: it was taken away, or the sealing of this hour wasn't finished"
                yield Problem(Kind.MISSING, form.events_name(hour), text, hour)

    def _walk(self, hours: list[str], events: set[str]) -> Iterator[Problem]:
        before: Digest | Bad | None = None
        for number, hour in enumerate(hours):
            self._place = number, len(hours)
            self._tell()
            with self.shelf.open(form.digest_name(hour)) as file:
                digest = checked(hour, file.read(LARGEST), self.keys)
            yield from chain.follows(digest, before) if before else chain.begins(digest, self.since)
            if isinstance(digest, Bad):
                yield digest.problem
            else:
                yield from self._hour(digest, hour in events)
            before = digest
        self.hours, self.first, self.last = len(hours), hours[0] if hours else None, hours[-1] if hours else None
        self._place = len(hours), len(hours)
        self._tell()
        yield from self._end()

    def _hour(self, digest: Digest, there: bool) -> Iterator[Problem]:
        yield from chain.on_time(digest)
        self.used.add(digest.key)
        self.late += [(late["hour"], digest.hour, late["count"]) for late in digest.says["late"]]
        if there:
            with self.shelf.open(form.events_name(digest.hour)) as file:
                yield from check_events(file, digest, self._tell)
            self.events += digest.events["count"]
        else:
            text = f"is gone; it had {digest.events['count']} events"
            yield Problem(Kind.MISSING, form.events_name(digest.hour), text, digest.hour)

    def _tell(self, lines: int = 0) -> None:
        self.progress(*self._place, self.events + lines)

    def _end(self) -> Iterator[Problem]:
        if self._expected and self.last:
            yield from chain.gap(form.next_hour(self.last), form.next_hour(self._expected))
        elif not self.last and not self.too_young:
            hour = self.since or self._expected
            where = form.digest_name(hour) if hour else form.PREFIX
            yield Problem(
                Kind.MISSING, where, "there is no digest at all: nothing was sealed, or all was taken away", hour
            )
