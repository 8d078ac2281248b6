"""A digest's file: readable, in its place, signed. Nothing of a digest is believed before its signature is checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, NoReturn

import rfc8785

from homeward.domain.audit_format import ALGORITHM, SIGNATURE, VERSION, digest_name
from homeward.verifier.problems import Kind, Problem
from homeward.verifier.signatures import PublicKeys

LARGEST = 2**20  # bytes; a digest has 20 kB


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest whose signature is good; `sha256` is that of its file."""

    hour: str
    sha256: str
    says: dict[str, Any]
    key: str

    @property
    def events(self) -> dict[str, Any]:
        """What it says about its file of events."""
        return dict(self.says["events"])


@dataclass(frozen=True, slots=True)
class Bad:
    """A digest that can't be believed."""

    hour: str
    problem: Problem


def checked(hour: str, body: bytes, keys: PublicKeys) -> Digest | Bad:
    """Judge the file that lies in the place of an hour's digest."""

    def bad(kind: Kind, text: str) -> Bad:
        return Bad(hour, Problem(kind, digest_name(hour), text, hour))

    try:
        says = _object(body)
        signature, key = str(says[SIGNATURE]), str(says["key"]["sha256"])
        whole = rfc8785.dumps(says)
        message = rfc8785.dumps({name: value for name, value in says.items() if name != SIGNATURE})
    except (ValueError, KeyError, TypeError, RecursionError):
        return bad(Kind.UNREADABLE, "is no digest: damaged, truncated, or something else")
    if key not in keys.known:
        return bad(
            Kind.SIGNATURE, f"is signed with a key that wasn't given, or altered (its SHA-256 is said to be {key})"
        )
    if not keys.signed(key, message, signature):
        return bad(Kind.ALTERED, "the signature isn't of what it says: the digest was altered, or made without the key")
    if whole != body:
        return bad(Kind.ALTERED, "it isn't in its canonical form: its bytes were altered, though not what it says")
    if says["version"] != VERSION or says["algorithm"] != ALGORITHM:
        return bad(Kind.UNREADABLE, f"is of version {says['version']}, {says['algorithm']}; this verifier is too old")
    if says["hour"] != hour:
        return bad(Kind.MISPLACED, f"is the digest of {says['hour']}")
    return Digest(hour, hashlib.sha256(body).hexdigest(), says, key)


def _object(body: bytes) -> dict[str, Any]:
    found = json.loads(body, parse_constant=_refused)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _refused(word: str) -> NoReturn:
    raise ValueError(word)
