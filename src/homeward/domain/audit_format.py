"""The form of the sealed audit log: names, constants, and nothing that calculates. docs/audit.md explains it.

An hour is two files: its events, one canonical JSON object (RFC 8785) a line, and a signed digest of them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from homeward.domain.errors import InputError

VERSION = 1
PREFIX = "audit/"
EVENTS_SUFFIX, DIGEST_SUFFIX = ".jsonl", ".digest.json"
ALGORITHM = "ECDSA_SHA_256"
# The order of the curve P-256 (FIPS 186-4, D.1.2.3). Of a signature's two forms the one with s <= ORDER / 2 counts.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# RFC 6962, 2.1: what stands before a leaf and before a node when they are hashed.
LEAF, NODE = b"\x00", b"\x01"
# A digest holds the hashes of at most so many equal parts of its file, so that an altered line can be found.
MOST_PARTS = 256
# An hour is sealed so long after its end: by then every function that began a write in it has run out of time (30 s),
# every task's retries of a write are over (seconds), and clocks differ by less.
GRACE = timedelta(minutes=15)
HOUR = timedelta(hours=1)
# A digest that is missing so long after its hour's end is a gap: it is tried at 20 past each hour, with retries.
OVERDUE = timedelta(minutes=100)
# Every run looks again for late events of so many sealed hours.
LOOK_BACK = 48
SIGNATURE = "signature"
_HOUR_FORM = "%Y-%m-%dT%H"
FILE_NAME = re.compile(
    r"audit/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)/(?P<hour>\d\d)(?P<suffix>\.jsonl|\.digest\.json)"
)


def hour_of(moment: datetime) -> str:
    """The hour that a moment lies in, e.g. `2026-11-22T21`."""
    return moment.astimezone(UTC).strftime(_HOUR_FORM)


def start_of(hour: str) -> datetime:
    """When an hour begins; ValueError when it is none."""
    return datetime.strptime(hour, _HOUR_FORM).replace(tzinfo=UTC)


def check_hour(text: str) -> str:
    """The hour that somebody wrote; InputError when it is none."""
    try:
        exact = hour_of(start_of(text)) == text
    except ValueError:
        exact = False
    if not exact:
        raise InputError(f"{text!r} is no hour; write it like 2026-11-22T21 (UTC)")
    return text


def end_of(hour: str) -> datetime:
    """When an hour is over."""
    return start_of(hour) + HOUR


def next_hour(hour: str, by: int = 1) -> str:
    """The hour that is so many hours later (or earlier)."""
    return hour_of(start_of(hour) + by * HOUR)


def events_name(hour: str) -> str:
    """Where the events of an hour are."""
    return _stem(hour) + EVENTS_SUFFIX


def digest_name(hour: str) -> str:
    """Where the digest of an hour is."""
    return _stem(hour) + DIGEST_SUFFIX


def last_due(now: datetime) -> str:
    """The newest hour that must be sealed by now."""
    return next_hour(hour_of(now - GRACE), -1)


def last_overdue(now: datetime) -> str:
    """The newest hour whose digest can't be missing by now."""
    return next_hour(hour_of(now - OVERDUE), -1)


def hour_named(name: str) -> tuple[str, str] | None:
    """The hour and the suffix of a file's name; None when no file of the log is called so."""
    found = FILE_NAME.fullmatch(name)
    if not found:
        return None
    hour = f"{found['year']}-{found['month']}-{found['day']}T{found['hour']}"
    try:
        start_of(hour)
    except ValueError:
        return None
    return hour, found["suffix"]


def _stem(hour: str) -> str:
    return f"{PREFIX}{hour.replace('-', '/').replace('T', '/')}"
