"""Files that anybody may have written: the verifier neither fails nor hangs nor believes them."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from homeward.domain import audit_format as form
from homeward.domain.errors import InputError
from homeward.verifier.problems import Kind, Problem
from homeward.verifier.proofs import check_proof, prove
from homeward.verifier.shelf import Folder
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification
from tests.memory.sealing import MemoryLog, OwnKey, World
from tests.unit.verifier.worlds import sealed_world

GARBAGE = [
    b"",
    b"\n\n\n",
    b"null\n",
    b"NaN\n",
    b'"text"\n',
    b"[" * 100_000,
    b'{"hour":' * 20_000,
    b"9" * 5_000 + b"\n",
    b'{"event_id":1,"hour":2}\n',
    b'{"event_id":"\\ud800","hour":"2026-02-27T05"}\n',
    b"\xff\xfe{\x00}\x00",
    b"x" * 3_000_000,
    b'{"event_id":"\x1b[31m","hour":"\\u001b[2J"}\n',
    b'{"event_id":"\\u001b[2J\\n","hour":"2026-02-27T06"}\n',
    b'{"key":{"sha256":"\\u001b[2J"},"signature":""}',
]


@pytest.fixture(scope="module")
def world() -> World:
    return sealed_world(seed=3, hours=6)


def verified(world: World, log: MemoryLog) -> list[Problem]:
    return list(Verification(log, world.key.public, until=world.log.last()).problems())


@pytest.mark.parametrize("suffix", [form.EVENTS_SUFFIX, form.DIGEST_SUFFIX])
@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda each: repr(each[:12]))
def test_garbage_is_a_problem_of_its_file(world: World, suffix: str, garbage: bytes) -> None:
    name = form.events_name("2026-02-27T06").removesuffix(form.EVENTS_SUFFIX) + suffix
    log = world.log.copy()
    if log.files[name] == garbage:
        garbage += b"{}\n"
    log.files[name] = garbage
    problems = verified(world, log)
    assert {problem.file for problem in problems} == {name}
    for problem in problems:
        assert str(problem).isprintable(), "a line of a terminal, without colours or jumps"
        assert len(str(problem)) <= 1000


def test_random_splices_never_get_through(world: World) -> None:
    chance = random.Random(11)
    names = sorted(world.log.files)
    for _ in range(300):
        log = world.log.copy()
        name, other = chance.choice(names), chance.choice(names)
        body, strange = log.files[name], log.files[other]
        begin, end = sorted(chance.randrange(len(body) + 1) for _ in range(2))
        at = chance.randrange(len(strange) + 1)
        log.files[name] = body[:begin] + strange[at : at + chance.randrange(200)] + body[end:]
        if log.files != world.log.files:
            assert name in {problem.file for problem in verified(world, log)}


def test_a_digest_with_a_key_of_ones_own(world: World) -> None:
    stranger = OwnKey()
    problems = list(Verification(world.log, stranger.public).problems())
    assert {problem.kind for problem in problems} == {Kind.SIGNATURE}
    both = PublicKeys({**stranger.public.known, **world.key.public.known})
    assert list(Verification(world.log, both).problems()) == []


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    for name, body in world.log.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(body)
    return tmp_path


def test_links_and_pipes_are_not_opened(world: World, folder: Path) -> None:
    one, other = folder / form.events_name("2026-02-27T06"), folder / form.digest_name("2026-02-27T08")
    one.rename(folder / "elsewhere")
    one.symlink_to(folder / "elsewhere")
    other.unlink()
    os.mkfifo(other)
    problems = [(each.kind, each.file) for each in Verification(Folder(folder), world.key.public).problems()]
    for file in (one, other):
        name = file.relative_to(folder).as_posix()
        assert (Kind.REWRITTEN, name) in problems
        assert (Kind.MISSING, name) in problems


def test_a_folder_without_a_log(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="copy the whole bucket"):
        list(Verification(Folder(tmp_path), world.key.public).problems())
    (tmp_path / "audit").mkdir()
    (problem,) = Verification(Folder(tmp_path), world.key.public).problems()
    assert problem.kind is Kind.MISSING


def proof_of_any(world: World) -> dict[str, Any]:
    hour = max(world.hours.stored, key=lambda each: len(world.hours.stored[each]))
    return prove(sorted(world.hours.stored[hour])[2], world.log, world.key.public)


def test_every_event_has_a_proof(world: World) -> None:
    events = [event for hour in world.hours.stored.values() for event in hour.values()]
    for event in random.Random(5).sample(events, 40):
        proof = json.loads(json.dumps(prove(event["event_id"], world.log, world.key.public)))
        assert proof["event"] == event
        assert check_proof(proof, world.key.public) is None


def test_a_proof_that_was_changed_proves_nothing(world: World) -> None:
    proof = proof_of_any(world)
    text = json.dumps(proof, sort_keys=True)
    chance = random.Random(13)
    for _ in range(500):
        place = chance.randrange(len(text))
        changed = text[:place] + chance.choice('0123456789abcdef{}[]",:') + text[place + 1 :]
        try:
            other = json.loads(changed)
        except ValueError:
            continue
        assert other == proof or check_proof(other, world.key.public) is not None, changed


@pytest.mark.parametrize("other", [None, [], {}, 7, {"kind": "homeward-audit-proof", "version": 1}])
def test_no_proof(world: World, other: Any) -> None:
    assert check_proof(other, world.key.public) is not None
    for name in ("leaf_index", "path", "digest", "event"):
        problem = check_proof({**proof_of_any(world), name: other}, world.key.public)
        assert problem is not None, name


@pytest.mark.parametrize("file", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", b"\x30\x00"])
def test_a_file_that_is_no_key(file: bytes) -> None:
    with pytest.raises(InputError, match="public key"):
        PublicKeys.of([file])
