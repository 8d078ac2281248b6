"""What a camera's thread does with frames, shots and a source that fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from homeward_camera import watch as module
from homeward_camera.config import Camera
from homeward_camera.errors import PictureError, SourceError, SpoolError
from homeward_camera.pictures import Frame, Moment
from homeward_camera.seen import Seen
from homeward_camera.shots import Shot
from homeward_camera.watch import UNSAVED, Watch
from tests.unit.edge.shots import START, shot
from tests.unit.edge.watching import Post

CAMERA = Camera(id="lobby", place="main", source="rtsp://10.0.0.5/")


class Stream:
    """Shows some frames, then fails; the last one in the script ends."""

    stills = False

    def __init__(self, frames: int, error: str | None, colour: int | None = None) -> None:
        self.finite = error is None
        self._frames, self._error, self._colour = frames, error, colour

    def frames(self, stop: Event) -> Iterator[Frame]:
        for number in range(self._frames):
            shade = number if self._colour is None else self._colour
            yield Moment(np.full((16, 16, 3), shade, np.uint8), number, START)
        if self._error:
            raise SourceError(self._error)


class Eye:
    """Sends a shot for each frame; frames whose number is in `bad` can't be read."""

    def __init__(self, bad: frozenset[int] = frozenset()) -> None:
        self.number, self._bad = 0, bad

    def see(self, frame: Frame) -> Seen:
        self.number += 1
        if self.number in self._bad:
            raise PictureError("garbage")
        return Seen(faces=1, shots=[shot(self.number)])

    def rest(self) -> list[Shot]:
        return [shot(9999)]


def watched(
    post: Post, monkeypatch: pytest.MonkeyPatch, *streams: Stream | SourceError, eye: Eye | None = None
) -> None:
    script = iter(streams)

    def opened(camera: Camera) -> Stream:
        one = next(script)
        if isinstance(one, SourceError):
            raise one
        return one

    monkeypatch.setattr(module, "open_source", opened)
    monkeypatch.setattr(module, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(module, "LONGEST_DELAY", 0.002)
    Watch(CAMERA, eye or Eye(), post.spool, post.health).run(Event())


def test_a_source_that_fails_is_opened_again_and_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(tmp_path)
    off = [SourceError("can't be opened")] * 5
    watched(post, monkeypatch, *off, Stream(2, "the stream ended"), *off, Stream(3, None))
    counts = post.health.counts
    assert (counts.frames, counts.shots, counts.reconnects) == (5, 6, 11)
    assert [line["reason"] for line in post.told("source_failed")] == ["can't be opened", "the stream ended"]
    assert [line["times"] for line in post.told("source_failed_over")] == [5, 6]


def test_a_frame_that_is_garbage_is_counted_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post(tmp_path)
    watched(post, monkeypatch, Stream(4, None), eye=Eye(bad=frozenset({2})))
    assert (post.health.counts.frames, post.health.counts.unreadable, post.health.counts.shots) == (4, 1, 4)
    assert not post.health.complete


def test_what_waited_for_a_better_moment_is_kept_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(tmp_path)
    watched(post, monkeypatch, Stream(0, None))
    waiting = post.spool.oldest(0)
    assert waiting
    assert waiting[1].key == shot(9999).key


def test_a_frozen_picture_makes_it_open_the_stream_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FROZEN_SECONDS", 0.0)
    post = Post(tmp_path)
    watched(post, monkeypatch, Stream(9, "not reached", colour=7), Stream(1, None))
    (told,) = post.told("source_failed")
    assert "frozen" in told["reason"]
    assert post.health.counts.frames < 9


def test_a_full_disk_keeps_shots_in_memory_until_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(tmp_path)
    put, refused = post.spool.put, iter(range(10))

    def full(one: Shot) -> None:
        if next(refused, None) is not None:
            raise SpoolError("no space left")
        put(one)

    monkeypatch.setattr(post.spool, "put", full)
    watched(post, monkeypatch, Stream(20, None))
    assert (len(post.spool), post.health.counts.unsaved) == (21, 0)
    assert len(post.told("disk_full")) == len(post.told("disk_full_over")) == 1


def test_a_disk_that_stays_full_costs_counted_shots_and_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post(tmp_path)

    def full(one: Shot) -> None:
        raise SpoolError("no space left")

    monkeypatch.setattr(post.spool, "put", full)
    watched(post, monkeypatch, Stream(UNSAVED + 10, None))
    assert post.health.counts.unsaved == post.health.counts.shots == UNSAVED + 11
    assert not post.health.complete
    assert post.health.troubles == {"disk": "no space left"}
