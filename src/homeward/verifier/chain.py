"""Digests against each other: no hour missing, each naming the one before it, clocks going forward."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from homeward.domain.audit_format import digest_name, end_of, hour_named, next_hour
from homeward.verifier.digests import Bad, Digest
from homeward.verifier.problems import Kind, Problem

MOST_NAMED = 48  # hours of one gap that get a line of their own


def begins(digest: Digest | Bad, asked: str | None) -> Iterator[Problem]:
    """The first digest there is. It is the log's first, or the one that was asked for."""
    first = digest.hour
    if asked and first > asked:
        yield from gap(asked, first)
    elif isinstance(digest, Digest) and digest.says["previous"] and first != asked:
        before = digest.says["previous"]["key"]
        hour = (hour_named(before) or (None,))[0]
        yield Problem(Kind.MISSING, before, f"{first} isn't the log's beginning: it was sealed onto this", hour)


def follows(digest: Digest | Bad, before: Digest | Bad) -> Iterator[Problem]:
    """A digest and the one that lies before it."""
    yield from gap(next_hour(before.hour), digest.hour)
    if not isinstance(digest, Digest):
        return
    named = digest.says["previous"]
    name = digest_name(digest.hour)
    if named is None:
        yield Problem(Kind.FORKED, name, f"says that it is the log's first, but there is {before.hour}", digest.hour)
    elif before.hour == next_hour(digest.hour, -1):
        if named["key"] != digest_name(before.hour):
            yield Problem(
                Kind.FORKED, name, f"was sealed onto {named['key']}, not onto the hour before it", digest.hour
            )
        elif isinstance(before, Digest) and named["sha256"] != before.sha256:
            text = f"another digest of {before.hour} is there than the one that {digest.hour} was sealed onto"
            yield Problem(Kind.FORKED, digest_name(before.hour), text, before.hour)
    if isinstance(before, Digest) and digest.says["sealed_at"] < before.says["sealed_at"]:
        yield _clock(digest, f"before {before.hour}, at {before.says['sealed_at']}")


def on_time(digest: Digest) -> Iterator[Problem]:
    """An hour is sealed after its end."""
    if datetime.fromisoformat(digest.says["sealed_at"]) < end_of(digest.hour):
        yield _clock(digest, "before its hour was over")


def gap(begin: str, end: str) -> Iterator[Problem]:
    """A line for each hour from `begin` to the one before `end`; of a long gap only the first ones."""
    hour, told = begin, 0
    while hour < end and told < MOST_NAMED:
        yield Problem(Kind.MISSING, digest_name(hour), "there is no digest of this hour", hour)
        hour, told = next_hour(hour), told + 1
    if hour < end:
        yield Problem(Kind.MISSING, digest_name(hour), f"nor of any hour from this one to before {end}", hour)


def _clock(digest: Digest, text: str) -> Problem:
    return Problem(
        Kind.CLOCK, digest_name(digest.hour), f"was sealed at {digest.says['sealed_at']}, {text}", digest.hour
    )
