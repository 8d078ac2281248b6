"""What the uploader does with each answer of S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from homeward_camera import uploader as module
from homeward_camera.bucket import Stored
from homeward_camera.errors import RefusedError, UploadError
from homeward_camera.shots import Shot
from homeward_camera.uploader import Uploader
from tests.unit.edge.shots import shot
from tests.unit.edge.watching import Post


class ScriptedBucket:
    """Answers each put with the next entry: an error, or whether the object was there."""

    def __init__(self, *answers: UploadError | bool) -> None:
        self._answers: Iterator[UploadError | bool] = iter(answers)
        self.put_keys: list[str] = []
        self.beats: list[dict[str, Any]] = []
        self.skew_ms: int | None = None

    def put(self, shot: Shot) -> Stored:
        self.put_keys.append(shot.key)
        answer = next(self._answers, False)
        if isinstance(answer, UploadError):
            raise answer
        return Stored(shot.key, None if answer else "v1", was_there=answer)

    def beat(self, camera: str, state: dict[str, Any]) -> None:
        self.beats.append(state)
        raise UploadError("no network")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(module, "LONGEST_DELAY", 0.002)
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.01)


def drain(post: Post, bucket: ScriptedBucket, give_up: float | None = None) -> None:
    ended = Event()
    ended.set()
    worker = Uploader(post.spool, bucket, post.health, give_up)  # type: ignore[arg-type]
    worker._delay = module.FIRST_DELAY
    worker.run(Event(), ended)


def test_failures_are_tried_again_in_order_and_told_once(tmp_path: Path) -> None:
    post, bucket = Post(tmp_path), ScriptedBucket(*[UploadError("no network")] * 5)
    for number in (2, 1, 3):
        post.spool.put(shot(number))
    drain(post, bucket)
    keys = [shot(number).key for number in (1, 2, 3)]
    assert bucket.put_keys == [keys[0]] * 6 + keys[1:]
    assert len(post.told("upload_failed")) == 1
    (over,) = post.told("upload_failed_over")
    assert over["times"] == 5
    assert (post.health.counts.uploaded, len(post.spool), post.health.troubles) == (3, 0, {})


def test_a_shot_that_was_there_is_done(tmp_path: Path) -> None:
    post = Post(tmp_path)
    post.spool.put(shot(1))
    drain(post, ScriptedBucket(True))
    assert (post.health.counts.uploaded, post.health.counts.were_there, len(post.spool)) == (0, 1, 0)


def test_a_shot_that_s3_will_never_take_does_not_stop_the_others(tmp_path: Path) -> None:
    post = Post(tmp_path)
    post.spool.put(shot(1))
    post.spool.put(shot(2))
    drain(post, ScriptedBucket(RefusedError("too large")))
    assert (post.health.counts.uploaded, post.spool.aside("refused")) == (1, 1)
    assert not post.health.complete
    assert post.told("shot_refused")[0]["key"] == shot(1).key


def test_it_gives_up_when_asked_to_and_keeps_what_waits(tmp_path: Path) -> None:
    post = Post(tmp_path)
    post.spool.put(shot(1))
    drain(post, ScriptedBucket(*[UploadError("no network")] * 10_000), give_up=0.05)
    assert len(post.spool) == 1
    assert post.health.troubles == {"upload": "no network"}


def test_a_clock_that_differs_from_s3s_is_told_and_reported(tmp_path: Path) -> None:
    post, bucket = Post(tmp_path), ScriptedBucket()
    bucket.skew_ms = -90_000
    post.spool.put(shot(1))
    drain(post, bucket)
    assert "90 s behind" in post.told("clock_wrong")[0]["reason"]
    assert post.health.to_json()["clock_skew_ms"] == -90_000
    bucket.skew_ms = 0
    post.spool.put(shot(2))
    drain(post, bucket)
    assert post.told("clock_wrong_over")


def test_heartbeats_go_on_when_they_fail(tmp_path: Path) -> None:
    post, bucket, stop = Post(tmp_path), ScriptedBucket(), Event()
    worker = Uploader(post.spool, bucket, post.health)  # type: ignore[arg-type]
    beating = Thread(target=worker.beat, args=(stop, 0.001))
    beating.start()
    while len(bucket.beats) < 3:
        pass
    stop.set()
    beating.join()
    assert len(post.told("heartbeat_failed")) == 1
    assert bucket.beats[0]["camera"] == "lobby"
    assert bucket.beats[2]["troubles"] == {"heartbeat": "no network"}
