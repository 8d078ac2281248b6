"""The rules of sealing: which hours are due, what a line and a digest say. No reading, no writing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import rfc8785

from homeward import __version__
from homeward.domain import audit_format as form
from homeward.domain.detections import iso
from homeward.domain.errors import SealError
from homeward.domain.merkle import MerkleTree
from homeward.domain.runbooks import Runbook

Stored = Mapping[str, Any]
_SAFE = 2**53 - 1  # the integers that every reader of JSON reads as they are (RFC 7493)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key as a digest names it: where it is, and SHA-256 of its public half (DER, SubjectPublicKeyInfo)."""

    key_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Link:
    """A digest as the next one names it."""

    hour: str
    sha256: str
    sealed_at: str

    def named(self) -> dict[str, str]:
        """The words in the next digest."""
        return {"key": form.digest_name(self.hour), "sha256": self.sha256}


@dataclass(slots=True)
class Contents:
    """What a digest says about its file of events; grows by one line at a time."""

    hour: str
    tree: MerkleTree = field(default_factory=MerkleTree)
    size: int = 0
    first: str | None = None
    last: str | None = None
    late: dict[str, int] = field(default_factory=dict)
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, event: Stored, line: bytes) -> None:
        """Append an event's line (without its end)."""
        self.tree.add(line)
        self._hash.update(line + b"\n")
        self.size += len(line) + 1
        self.first, self.last = self.first or event["event_id"], event["event_id"]
        if event["hour"] != self.hour:
            self.late[event["hour"]] = self.late.get(event["hour"], 0) + 1

    def described(self) -> dict[str, Any]:
        """The words in the digest."""
        parts = {"leaves": self.tree.part_size, "hashes": [part.hex() for part in self.tree.parts()]}
        return {
            "events": {
                "key": form.events_name(self.hour),
                "sha256": self._hash.hexdigest(),
                "bytes": self.size,
                "count": self.tree.leaves,
                "merkle_root": self.tree.root().hex(),
                "merkle_parts": parts,
                "first": self.first,
                "last": self.last,
            },
            "late": [{"hour": hour, "count": count} for hour, count in sorted(self.late.items())],
        }


def place(event: Stored) -> tuple[str, str]:
    """What lines are ordered by."""
    return event["hour"], event["event_id"]


def line_of(event: Stored) -> bytes:
    """An event as its line, without the end of line."""
    return rfc8785.dumps(_writable(event))


def hours_due(after: str | None, first: str | None, now: datetime, until: datetime) -> Iterator[str]:
    """The hours to seal, in order: from the one after the last sealed (or the log's `first`) to the last that is due.

    A log without events begins with the last hour that is due. SealError when an hour is sealed that can't be yet.
    """
    if after and after > form.last_due(now):
        raise SealError(f"{form.digest_name(after)} is there before its time: look at {Runbook.AUDIT_LOG.path}")
    last = form.last_due(min(now, until))
    hour = form.next_hour(after) if after else first or last
    while hour <= last:
        yield hour
        hour = form.next_hour(hour)


def window(link: Link | None, begun: str | None) -> list[str]:
    """The sealed hours that are looked at again, in order; none of them from before the log's beginning."""
    if link is None:
        return []
    hours = (form.next_hour(link.hour, -back) for back in reversed(range(form.LOOK_BACK)))
    return [hour for hour in hours if begun is None or hour >= begun]


def unsigned(contents: Contents, link: Link | None, now: datetime, key: SigningKey) -> dict[str, Any]:
    """The digest of an hour, to be signed. SealError when the clock says that it is before the one before it."""
    sealed_at = iso(now)
    if link and sealed_at < link.sealed_at:
        raise SealError(f"the clock went back: it is {sealed_at}, but {link.hour} was sealed at {link.sealed_at}")
    return {
        "version": form.VERSION,
        "hour": contents.hour,
        **contents.described(),
        "previous": link.named() if link else None,
        "sealed_at": sealed_at,
        "software_version": __version__,
        "key": {"id": key.key_id, "sha256": key.sha256},
        "algorithm": form.ALGORITHM,
    }


def canonical(digest: Mapping[str, Any]) -> bytes:
    """The bytes that are signed, and in which a digest is kept."""
    return rfc8785.dumps(dict(digest))


def signed(digest: Mapping[str, Any], signature: bytes) -> bytes:
    """The digest's file."""
    return canonical({**digest, form.SIGNATURE: base64.b64encode(signature).decode("ascii")})


def link_to(digest: Mapping[str, Any], body: bytes) -> Link:
    """How the next digest names this one; `body` is its file."""
    return Link(digest["hour"], hashlib.sha256(body).hexdigest(), digest["sealed_at"])


def opened(hour: str, body: bytes) -> tuple[Link, dict[str, Any], bytes, bytes]:
    """A digest's file: its link, what it says, what is signed of it, the signature. SealError when it isn't one."""
    try:
        digest = json.loads(body)
        signature = base64.b64decode(digest.pop(form.SIGNATURE), validate=True)
        known = digest["hour"] == hour and digest["version"] == form.VERSION and bool(digest["key"]["id"])
        link = link_to(digest, body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SealError(f"{form.digest_name(hour)} is no digest: look at {Runbook.AUDIT_LOG.path}") from error
    if not known:
        raise SealError(f"{form.digest_name(hour)} is no digest of {hour}: look at {Runbook.AUDIT_LOG.path}")
    return link, digest, canonical(digest), signature


def _writable(value: Any) -> Any:
    """What JSON can't say exactly is written as text: large integers as digits, sets as sorted lists, bytes as hex."""
    if isinstance(value, Mapping):
        return {name: _writable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_writable(inner) for inner in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_writable(inner) for inner in value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE:
        return str(value)
    if isinstance(value, (int, str, float)) or value is None:
        return value
    return bytes(value).hex()
