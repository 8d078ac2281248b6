"""The newest digest has no next one that vouches for it: what it says is judged by itself, and by the one before it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from homeward.domain import audit_format as form
from homeward.domain.sealing import Contents, signed
from homeward.verifier.problems import Kind
from homeward.verifier.shelf import Folder
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification
from tests.memory.sealing import World

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    """10 and 11 o'clock, sealed together at 15:00; a day later only the second was looked at."""
    world = World(now=TEN)
    world.write(TEN + timedelta(minutes=1))
    world.write(TEN + timedelta(minutes=61))
    world.seal(TEN + timedelta(hours=5), until=TEN + timedelta(hours=2, minutes=20))
    return world


def newest(world: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.log.files[form.digest_name(str(world.log.last()))])
    return found


def resealed(world: World, **changes: Any) -> World:
    """By the key's owner."""
    digest = {**newest(world), **changes}
    del digest[form.SIGNATURE]
    name = form.digest_name(str(world.log.last()))
    world.log.files[name] = signed(digest, world.key.sign(rfc8785.dumps(digest)))
    return world


def kinds(world: World) -> list[str]:
    return [problem.kind for problem in Verification(world.log, world.key.public).problems()]


def test_sealing_anew_with_the_same_words_is_no_problem(world: World) -> None:
    assert kinds(resealed(world)) == []


@pytest.mark.parametrize(
    ("sealed_at", "told"),
    [
        ("2026-03-01T11:59:59.999Z", [Kind.CLOCK, Kind.CLOCK]),  # before its end, and before 10 o'clock was sealed
        ("2026-03-01T14:59:59.999Z", [Kind.CLOCK]),  # after its end, but before 10 o'clock was sealed
        ("2026-03-01T15:00:00.000Z", []),
    ],
)
def test_clocks(world: World, sealed_at: str, told: list[Kind]) -> None:
    assert kinds(resealed(world, sealed_at=sealed_at)) == told


def test_the_first_hour_is_not_sealed_before_its_end() -> None:
    world = World(now=TEN)
    world.write(TEN)
    world.seal(TEN + timedelta(minutes=75))
    assert kinds(resealed(world, sealed_at="2026-03-01T10:59:59.999Z")) == [Kind.CLOCK]


@pytest.mark.parametrize("member", ["sha256", "bytes", "count", "merkle_root", "first", "last", "key"])
def test_what_it_says_of_its_file_must_be_true(world: World, member: str) -> None:
    events = newest(world)["events"]
    events[member] = {"bytes": 7, "count": 7}.get(member, "0" * 64)
    assert kinds(resealed(world, events=events)) in ([Kind.UNTRUE], [Kind.ALTERED])


def test_late_events_must_be_those_of_its_file(world: World) -> None:
    late = [{"hour": "2026-03-01T10", "count": 1}]
    assert kinds(resealed(world, late=late)) == [Kind.UNTRUE]


def test_its_signature_is_written_in_one_way_only(world: World) -> None:
    """Base64 leaves bits unused at its end: other letters there decode to the same signature."""
    while not (signature := newest(world)[form.SIGNATURE]).endswith("="):  # whether it does is up to its length
        resealed(world)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stem, end = signature.rstrip("="), "=" * signature.count("=")
    other = stem[:-1] + letters[letters.index(stem[-1]) + 1] + end
    assert base64.b64decode(other, validate=True) == base64.b64decode(signature)
    name = form.digest_name(str(world.log.last()))
    world.log.files[name] = rfc8785.dumps({**newest(world), form.SIGNATURE: other})
    assert kinds(world) == [Kind.ALTERED]


def test_another_version_or_algorithm_is_not_guessed_at(world: World) -> None:
    assert kinds(resealed(world, version=2)) == [Kind.UNREADABLE]
    assert kinds(resealed(world, version=1, algorithm="ECDSA_SHA_384")) == [Kind.UNREADABLE]


def test_its_events_without_it_are_seen(world: World) -> None:
    last = str(world.log.last())
    del world.log.files[form.digest_name(last)]
    (problem,) = Verification(world.log, world.key.public).problems()
    assert (problem.kind, problem.file) == (Kind.MISSING, form.events_name(last))
    before = form.next_hour(last, -1)
    assert list(Verification(world.log, world.key.public).problems(before)) == [], "its sealing may be under way"


def test_a_sealed_line_that_is_not_canonical_is_told(world: World) -> None:
    last = str(world.log.last())
    (event,) = world.hours.stored[last].values()
    line = json.dumps(event).encode()
    contents = Contents(last)
    contents.add(event, line)
    world.log.files[form.events_name(last)] = line + b"\n"
    assert kinds(resealed(world, **contents.described())) == [Kind.UNREADABLE]


@pytest.mark.parametrize(
    ("born", "problems"), [(None, 1), ("2026-03-01T09", 1), ("2026-03-01T10", 1), ("2026-03-01T11", 0)]
)
def test_an_empty_shelf_is_whole_only_while_nothing_had_to_be_sealed(
    tmp_path: Path, born: str | None, problems: int
) -> None:
    (tmp_path / "audit").mkdir()
    verification = Verification(Folder(tmp_path), PublicKeys.of([]), born=born)
    assert len(list(verification.problems(expected="2026-03-01T10"))) == problems
    assert verification.too_young is not bool(problems)
