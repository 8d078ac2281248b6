"""Proofs that an event is in the log: one small file, checked with the public key alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import rfc8785

import homeward.domain.audit_format as form
from homeward.domain.errors import InputError, NotFoundError
from homeward.verifier.digests import LARGEST, Bad, Digest, checked
from homeward.verifier.lines import read_lines
from homeward.verifier.problems import Kind, Problem
from homeward.verifier.shelf import Shelf
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.tree import leaf, path, root_from

KIND = "homeward-audit-proof"


def prove(event_id: str, shelf: Shelf, keys: PublicKeys) -> dict[str, Any]:
    """The proof of an event; NotFoundError when it isn't sealed, InputError when its hour can't be believed."""
    for digest in _digests(event_id[:13], shelf, keys):
        hashes, found = [], None
        with shelf.open(form.events_name(digest.hour)) as file:
            for line in read_lines(file):
                hashes.append(leaf(line.data))
                if line.event_id == event_id:
                    found = line
        if not found:
            continue
        proof = {
            "kind": KIND,
            "version": form.VERSION,
            "event": json.loads(found.data),
            "leaf_index": found.number - 1,
            "path": [hashed.hex() for hashed in path(hashes, found.number - 1)],
            "digest": digest.says,
        }
        if problem := check_proof(proof, keys):
            raise InputError(f"{problem}; run `homeward audit verify --from {digest.hour} --to {digest.hour}`")
        return proof
    raise NotFoundError(f"no sealed hour has the event {event_id}")


def check_proof(proof: Any, keys: PublicKeys) -> Problem | None:
    """What is wrong with a proof; None when its event is in the hour that its digest seals."""
    try:
        if proof["kind"] != KIND or proof["version"] != form.VERSION:
            return Problem(Kind.UNREADABLE, "-", "is no proof, or one for another verifier")
        event, digest = rfc8785.dumps(proof["event"]), proof["digest"]
        hour, index, siblings = digest["hour"], proof["leaf_index"], [bytes.fromhex(each) for each in proof["path"]]
        judged = checked(hour, rfc8785.dumps(digest), keys)
        form.start_of(hour)
    except (ValueError, KeyError, TypeError, RecursionError):
        return Problem(Kind.UNREADABLE, "-", "is no proof: damaged, or something else")
    if isinstance(judged, Bad):
        return judged.problem
    if type(index) is not int or not 0 <= index < judged.events["count"]:
        return Problem(Kind.ALTERED, form.events_name(hour), "the hour has no such line", hour)
    root = root_from(leaf(event), index, judged.events["count"], siblings)
    if root is None or root.hex() != judged.events["merkle_root"]:
        return Problem(
            Kind.ALTERED, form.events_name(hour), "the event isn't this line of the sealed hour", hour, index + 1
        )
    return None


def _digests(hour: str, shelf: Shelf, keys: PublicKeys) -> Iterator[Digest]:
    """The digest of an event's hour, then those of later hours that hold late events of it."""
    sealed = sorted(
        named[0] for named in map(form.hour_named, shelf.names()) if named and named[1] == form.DIGEST_SUFFIX
    )
    for candidate in (each for each in sealed if each >= hour):
        with shelf.open(form.digest_name(candidate)) as file:
            digest = checked(candidate, file.read(LARGEST), keys)
        if isinstance(digest, Bad):
            if candidate == hour:
                raise InputError(str(digest.problem))
        elif candidate == hour or any(late["hour"] == hour for late in digest.says["late"]):
            yield digest
