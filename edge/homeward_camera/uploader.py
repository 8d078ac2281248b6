"""Sends what waits in a camera's spool, oldest first, as long as it takes; and says that the camera is alive."""

from __future__ import annotations

import random
import time
from dataclasses import asdict
from datetime import UTC, datetime
from threading import Event

from homeward_camera.bucket import Bucket, Stored
from homeward_camera.errors import RefusedError, UploadError
from homeward_camera.health import Health
from homeward_camera.shots import Shot
from homeward_camera.spool import Spool

FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds between tries
IDLE_SECONDS = 0.5
WRONG_CLOCK_MS = 5000


class ClockError(UploadError):
    """This machine's clock and S3's differ: times of capture can't be trusted."""


class Uploader:
    """One camera's way to S3."""

    def __init__(self, spool: Spool, bucket: Bucket, health: Health, give_up: float | None = None) -> None:
        """`give_up`: how many seconds of failures end `run`; None: never."""
        self._spool, self._bucket, self._health = spool, bucket, health
        self._give_up = give_up
        self._delay = FIRST_DELAY
        self._failing_since: float | None = None

    def run(self, stop: Event, ended: Event) -> None:
        """Until `stop`; or until nothing waits, once the camera has `ended`."""
        while not stop.is_set() and not self._gave_up():
            waiting = self._spool.oldest(IDLE_SECONDS)
            if waiting:
                self._send(*waiting, stop)
            elif ended.is_set():
                return

    def beat(self, stop: Event, seconds: float) -> None:
        """Write a heartbeat now and every so many seconds, until `stop`."""
        while not stop.is_set():
            try:
                self._bucket.beat(self._health.camera, self._health.to_json())
                self._health.heartbeat.over()
            except UploadError as error:
                self._health.heartbeat.happened(error)
            stop.wait(seconds)

    def _send(self, file: str, shot: Shot, stop: Event) -> None:
        try:
            stored = self._bucket.put(shot)
        except RefusedError as error:
            self._spool.refuse(file)
            told = {"camera": shot.camera, "key": shot.key, "reason": str(error)}
            self._health.log.tell("shot_refused", level="error", **told)
        except UploadError as error:
            self._failing_since = self._failing_since or time.monotonic()
            self._health.upload.happened(error, waiting=len(self._spool))
            # Not all cameras of a place at the same moment, when the network is back.
            stop.wait(self._delay * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            self._delay = min(self._delay * 2, LONGEST_DELAY)
        else:
            self._spool.done(file)
            self._note(shot, stored)

    def _note(self, shot: Shot, stored: Stored) -> None:
        health = self._health
        self._delay, self._failing_since = FIRST_DELAY, None
        health.upload.over(waiting=len(self._spool))
        health.last_upload_at, health.skew_ms = datetime.now(UTC), self._bucket.skew_ms
        health.counts.uploaded += not stored.was_there
        health.counts.were_there += stored.was_there
        health.log.tell("uploaded", camera=shot.camera, **asdict(stored))
        self._check_clock()

    def _check_clock(self) -> None:
        skew = self._health.skew_ms
        if skew is not None and abs(skew) > WRONG_CLOCK_MS:
            way = "ahead of" if skew > 0 else "behind"
            text = f"this clock is {abs(skew) / 1000:.0f} s {way} S3's; set it (timedatectl set-ntp true)"
            self._health.clock.happened(ClockError(text))
        else:
            self._health.clock.over()

    def _gave_up(self) -> bool:
        since = self._failing_since
        return self._give_up is not None and since is not None and time.monotonic() - since > self._give_up
