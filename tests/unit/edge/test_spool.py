"""The spool: nothing half written, oldest first, the least worth goes when there is no room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward_camera.errors import SpoolError
from homeward_camera.spool import DAMAGED, REFUSED, Spool
from tests.unit.edge.shots import shot

MUCH = 1_000_000


def drained(spool: Spool) -> list[int]:
    """The numbers of the shots in the order in which they would be sent."""
    numbers = []
    while waiting := spool.oldest(0):
        numbers.append(int(waiting[1].frame))
        spool.done(waiting[0])
    return numbers


def test_a_shot_comes_back_as_it_was(tmp_path: Path) -> None:
    Spool(tmp_path, MUCH).put(shot(7))
    waiting = Spool(tmp_path, MUCH).oldest(0)
    assert waiting
    assert waiting[1] == shot(7)
    assert waiting[1].data == shot(7).data


@given(order=st.permutations(range(6)))
def test_shots_leave_in_the_order_of_their_capture(order: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, MUCH)
    for number in order:
        spool.put(shot(number))
    assert len(spool) == 6
    assert drained(spool) == sorted(order)
    assert list(folder.iterdir()) == []
    assert (len(spool), spool.size) == (0, 0)


def test_the_same_shot_twice_waits_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.put(shot(1))
    spool.put(shot(1))
    assert drained(spool) == [1]


def test_without_room_the_oldest_of_the_lowest_quality_goes_first(tmp_path: Path) -> None:
    room = 5 * len(shot().to_bytes()) + 50
    spool = Spool(tmp_path, room)
    for number, quality in enumerate((0.9, 0.3, 0.35, 0.8, 0.2, 0.7, 0.95)):
        spool.put(shot(number, quality))
        assert spool.size <= room
    assert spool.dropped == 2
    assert drained(Spool(tmp_path, room)) == [0, 2, 3, 5, 6]


@given(qualities=st.lists(st.floats(0, 1), min_size=1, max_size=30), room=st.integers(1, 12))
def test_the_bound_holds_and_what_goes_is_always_the_oldest_of_the_worst(
    qualities: list[float], room: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    size = len(shot(0, 0.5).to_bytes())
    spool, kept = Spool(folder, room * size), list[tuple[int, int]]()
    for number, quality in enumerate(round(quality, 1) for quality in qualities):
        kept.append((min(int(quality * 10), 9), number))
        if len(kept) > room:
            kept.remove(min(kept))
        spool.put(shot(number, quality))
    assert sum(path.stat().st_size for path in folder.iterdir()) == spool.size <= room * size
    assert spool.dropped == len(qualities) - len(kept)
    assert drained(spool) == sorted(number for _, number in kept)


def test_what_power_loss_cut_short_was_never_there(tmp_path: Path) -> None:
    Spool(tmp_path, MUCH).put(shot(1))
    (whole,) = tmp_path.iterdir()
    (tmp_path / f"{whole.name[:-10]}-q05.shot.part").write_bytes(whole.read_bytes()[:50])
    assert drained(Spool(tmp_path, MUCH)) == [1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:-1] + b"?",
        lambda data: b"\0" * len(data),
        lambda data: data.replace(b'"crops"', b'"crop"s'),
        lambda data: data.replace(b'"camera"', b'"kamera"'),
    ],
)
def test_a_damaged_file_is_set_aside_and_the_others_go_on(tmp_path: Path, harm: object) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.put(shot(1))
    spool.put(shot(2))
    first = min(tmp_path.iterdir())
    first.write_bytes(harm(first.read_bytes()))  # type: ignore[operator]
    again = Spool(tmp_path, MUCH)
    assert drained(again) == [2]
    assert again.aside(DAMAGED) == 1
    assert (tmp_path / DAMAGED / first.name).exists()
    assert drained(Spool(tmp_path, MUCH)) == []


def test_what_s3_refuses_for_ever_is_kept_for_a_person(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.put(shot(1))
    spool.put(shot(2))
    waiting = spool.oldest(0)
    assert waiting
    spool.refuse(waiting[0])
    assert drained(spool) == [2]
    assert Spool(tmp_path, MUCH).aside(REFUSED) == 1


def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, MUCH)

    def full(number: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(SpoolError, match="No space left"):
            spool.put(shot(1))
    assert (list(tmp_path.iterdir()), len(spool)) == ([], 0)
    spool.put(shot(1))
    assert drained(spool) == [1]


def test_a_spool_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="can't be used"):
        Spool(tmp_path / "file" / "spool", MUCH)


def test_only_its_owner_may_look_into_it(tmp_path: Path) -> None:
    Spool(tmp_path / "spool", MUCH)
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0
