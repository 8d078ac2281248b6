"""Which hours are sealed, when, and with what; and that nothing is ever sealed twice, or otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import pytest

from homeward.domain import audit_format as form
from homeward.domain.errors import SealError, ServiceUnavailableError
from homeward.verifier.verify import Verification
from tests.memory.sealing import World

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return World(now=TEN)


def at(hours: float, minutes: float = 0) -> datetime:
    return TEN + timedelta(hours=hours, minutes=minutes)


def digest(world: World, hour: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.log.files[form.digest_name(form.hour_of(at(hour)))])
    return found


def events(world: World, hour: int) -> list[str]:
    lines = world.log.files[form.events_name(form.hour_of(at(hour)))].splitlines()
    return [json.loads(line)["event_id"] for line in lines]


def whole(world: World) -> bool:
    return not list(Verification(world.log, world.key.public, until=world.log.last()).problems())


def test_an_hour_is_sealed_when_its_grace_is_over_and_not_before(world: World) -> None:
    world.write(at(0, 1))
    assert world.seal(at(1, 14.99))["hours"] == 0
    assert world.log.files == {}
    assert world.seal(at(1, 15))["hours"] == 1
    assert digest(world, 0)["previous"] is None


def test_hours_without_events_are_sealed_as_well(world: World) -> None:
    world.write(at(0, 1))
    done = world.seal(at(4, 15))
    assert done == {"hours": 4, "first": "2026-03-01T10", "last": "2026-03-01T13", "events": 1, "late": {}}
    assert [digest(world, hour)["events"]["count"] for hour in range(4)] == [1, 0, 0, 0]
    assert whole(world)


def test_a_log_without_events_begins_now(world: World) -> None:
    assert world.seal(at(5, 20))["first"] == "2026-03-01T14"
    assert whole(world)


def test_a_run_seals_no_further_than_its_interval_and_everything_before_it(world: World) -> None:
    world.write(at(0, 1))
    assert world.seal(at(9, 20), until=at(3, 20))["last"] == "2026-03-01T12"
    assert world.seal(at(9, 20), until=at(2, 20))["hours"] == 0, "a backfill of what is sealed"
    assert world.seal(at(9, 20), until=at(99, 20))["last"] == "2026-03-01T18", "nothing before its time"
    assert whole(world)


def test_sealing_again_changes_nothing(world: World) -> None:
    world.write(at(0, 1))
    world.seal(at(3, 20))
    before = dict(world.log.files)
    world.seal(at(3, 21))
    assert world.log.files == before


def test_late_events_are_in_the_next_hour_under_their_own(world: World) -> None:
    world.write(at(0, 1))
    world.seal(at(2, 20))
    late = [world.write(at(0, 59)), world.write(at(1, 30)), world.write(at(0, 2))]
    on_time = world.write(at(2, 5))
    done = world.seal(at(3, 20))
    assert done["late"] == {"2026-03-01T10": 2, "2026-03-01T11": 1}
    assert digest(world, 2)["late"] == [
        {"hour": "2026-03-01T10", "count": 2},
        {"hour": "2026-03-01T11", "count": 1},
    ]
    assert events(world, 2) == [each["event_id"] for each in (late[2], late[0], late[1], on_time)]
    assert world.seal(at(4, 20))["late"] == {}, "late once"
    world.write(at(0, 3))
    assert world.seal(at(6, 20))["late"] == {"2026-03-01T10": 1}
    assert whole(world)


def test_an_hour_is_looked_at_for_two_days(world: World) -> None:
    world.write(at(0, 1))
    world.seal(at(form.LOOK_BACK, 20))
    world.write(at(0, 2))
    assert world.seal(at(form.LOOK_BACK + 1, 20))["late"] == {"2026-03-01T10": 1}
    world.write(at(0, 3))
    assert world.seal(at(form.LOOK_BACK + 2, 20))["late"] == {}
    assert whole(world)


def test_events_that_left_the_table_stay_sealed(world: World) -> None:
    gone = world.write(at(0, 1))
    world.write(at(0, 2))
    world.seal(at(1, 20))
    del world.hours.stored["2026-03-01T10"][gone["event_id"]]
    world.write(at(0, 3))
    assert world.seal(at(2, 20))["late"] == {"2026-03-01T10": 1}
    assert events(world, 0)[0] == gone["event_id"]
    assert whole(world)


class Dies:
    """A log that fails at its n-th write, before or after it."""

    def __init__(self, world: World, write: int, after: bool) -> None:
        self.real, self.left, self.after = world.log.write, write, after

    def __call__(self, name: str, body: IO[bytes]) -> bool:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise ServiceUnavailableError("the wire broke")
        done = self.real(name, body)
        if self.left == 0:
            raise ServiceUnavailableError("the answer was lost")
        return done


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("write", range(1, 7))
def test_a_run_that_died_is_finished_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, write: int, after: bool
) -> None:
    for hour in range(3):
        world.write(at(hour, 5))
    with monkeypatch.context() as broken:
        broken.setattr(world.log, "write", Dies(world, write, after))
        with pytest.raises(ServiceUnavailableError):
            world.seal(at(3, 20))
    between = [world.write(at(hour, 6)) for hour in range(3)]
    world.seal(at(4, 20))
    assert whole(world)
    sealed = [event for hour in range(4) for event in events(world, hour)]
    assert {each["event_id"] for each in between} - set(sealed) == _not_looked_at_yet(world, sealed)
    world.seal(at(5, 20))
    sealed = [event for hour in range(5) for event in events(world, hour)]
    assert len(sealed) == len(set(sealed)) == 6, "everything once"
    assert whole(world)


def _not_looked_at_yet(world: World, sealed: list[str]) -> set[str]:
    """What came between the two files of an hour that this run finished; it is late for the next run."""
    every = {event for hour in world.hours.stored.values() for event in hour}
    return every - set(sealed)


def test_a_file_that_nobody_of_us_wrote_is_not_sealed(world: World) -> None:
    world.write(at(0, 1))
    forged = b'{"event_id":"2026-03-01T10:01:00.000000Z-f","hour":"2026-03-01T10"}\n'
    world.log.files[form.events_name("2026-03-01T10")] = forged
    with pytest.raises(SealError, match="line 1 isn't what the audit table has"):
        world.seal(at(1, 20))
    assert form.digest_name("2026-03-01T10") not in world.log.files


@pytest.mark.parametrize(
    "break_",
    [
        lambda body: b"{}",
        lambda body: body[:-9],
        lambda body: body.replace(b'"count":1', b'"count":2'),
        lambda body: b"[" + body + b"]",
    ],
)
def test_nothing_is_sealed_onto_a_digest_that_is_not_ours(world: World, break_: Callable[[bytes], bytes]) -> None:
    world.write(at(0, 1))
    world.seal(at(1, 20))
    name = form.digest_name("2026-03-01T10")
    world.log.files[name] = break_(world.log.files[name])
    with pytest.raises(SealError, match="audit/2026/03/01/10"):
        world.seal(at(2, 20))


def test_a_digest_from_the_future_stops_everything(world: World) -> None:
    world.write(at(0, 1))
    world.seal(at(2, 20))
    with pytest.raises(SealError, match="before its time"):
        world.seal(at(1, 20))


def test_the_clock_went_back_between_two_runs(world: World) -> None:
    """Only a little: the hour is due, and the one before it was sealed later than now."""
    world.write(at(0, 1))
    world.seal(at(2, 30), until=at(1, 20))
    with pytest.raises(SealError, match="the clock went back"):
        world.seal(at(2, 20))
    world.seal(at(2, 31))
    assert whole(world)


def test_a_hidden_file_is_not_sealed_again(world: World) -> None:
    world.write(at(0, 1))
    world.seal(at(2, 20))
    name = form.digest_name("2026-03-01T11")
    del world.log.files[name]
    world.log.hidden.add(name)
    with pytest.raises(SealError, match="deleted or hidden"):
        world.seal(at(2, 21))


def test_two_runs_at_once_make_one_chain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write(at(0, 1))
    sign = world.key.sign

    def sign_slowly(message: bytes) -> bytes:
        """Meanwhile another run does everything."""
        monkeypatch.setattr(world.key, "sign", sign)
        world.seal(at(3, 21))
        return sign(message)

    monkeypatch.setattr(world.key, "sign", sign_slowly)
    assert world.seal(at(3, 22))["hours"] == 3
    assert whole(world)


def test_a_run_that_was_overtaken_goes_on_with_what_came_late_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run looked back from the second hour, and found an event that this one didn't know of."""
    for hour in range(3):
        world.write(at(hour, 1))
    write, late = world.log.write, []

    def write_slowly(name: str, body: IO[bytes]) -> bool:
        if name == form.events_name(form.hour_of(at(1))) and not late:
            late.append(world.write(at(0, 2)))
            world.seal(at(3, 21), until=at(2, 21))
        return write(name, body)

    monkeypatch.setattr(world.log, "write", write_slowly)
    assert world.seal(at(3, 20))["late"] == {"2026-03-01T10": 1}
    assert events(world, 1)[0] == late[0]["event_id"]
    assert whole(world)


def test_what_json_cannot_say_exactly_is_text(world: World) -> None:
    world.write(at(0, 1), details={"big": 2**60, "set": {"b", "a"}, "raw": b"\x01\xff", "ok": [1, 2.5, True, None]})
    world.seal(at(1, 20))
    line = json.loads(world.log.files[form.events_name("2026-03-01T10")])
    assert line["details"] == {
        "big": "1152921504606846976",
        "set": ["a", "b"],
        "raw": "01ff",
        "ok": [1, 2.5, True, None],
    }
    assert whole(world)
