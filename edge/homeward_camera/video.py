"""Video through OpenCV (FFmpeg for files and the network, V4L2 for USB)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any

# TCP: a lost UDP packet smears faces over many frames. The bound keeps a hostile stream from asking for memory.
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|max_pixels;40000000")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "16")  # errors only

import cv2
import numpy as np

from homeward_camera.errors import SourceError
from homeward_camera.pictures import Moment, Picture

OPENING_SECONDS = 10
USUAL_RATE = 10.0  # frames a second of a video file that doesn't say


class VideoFile:
    """A recording, once: `live` as a camera would show it (late frames are left out), else every frame."""

    finite, stills = True, False

    def __init__(self, path: Path, rate: float, *, live: bool) -> None:
        """At most `rate` frames a second of the video's own time. Raises SourceError."""
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise SourceError(f"{path} is no video that FFmpeg can read")
        own = float(self._capture.get(cv2.CAP_PROP_FPS))
        self._own = own if 0 < own <= 240 else USUAL_RATE
        self._step = 1 / rate
        self._live = live

    def frames(self, stop: Event) -> Iterator[Moment]:
        """The frames; captured at the time of opening plus the video's own time."""
        opened, began, due = datetime.now(UTC), time.monotonic(), 0.0
        number = -1
        while not stop.is_set() and self._capture.grab():
            number += 1
            at = number / self._own
            if self._live and (late := time.monotonic() - began - at) < 0:
                stop.wait(-late)
            elif self._live and late > self._step:
                continue
            if at + 1e-6 < due:
                continue
            due = max(due + self._step, at)
            read, picture = self._capture.retrieve()
            if read:
                yield Moment(np.asarray(picture, np.uint8), number, opened + timedelta(seconds=at))
        self._capture.release()


class VideoStream:
    """A camera that goes on whether or not anybody looks: only its newest frame counts."""

    finite = stills = False

    def __init__(self, address: str, rate: float, silence: float) -> None:
        self._address, self._step, self._silence = address, 1 / rate, silence
        self._newest: Moment | None = None
        self._ended: str | None = None
        self._change = Condition()

    def frames(self, stop: Event) -> Iterator[Moment]:
        """The newest frame each time, until the stream fails. Raises SourceError."""
        left = Event()
        # A daemon: a read that hangs in FFmpeg must not keep the program from ending.
        Thread(target=self._grab, args=(left,), name="grab", daemon=True).start()
        try:
            while not stop.is_set():
                began = time.monotonic()
                if moment := self._take(stop):
                    yield moment
                stop.wait(max(began + self._step - time.monotonic(), 0))
        finally:
            left.set()

    def _take(self, stop: Event) -> Moment | None:
        """Wait for the next frame. Raises SourceError when the stream ended or was silent for too long."""
        deadline = time.monotonic() + self._silence + OPENING_SECONDS
        with self._change:
            while self._newest is None and self._ended is None:
                if stop.is_set():
                    return None
                if time.monotonic() > deadline:
                    raise SourceError(f"no picture for {self._silence:.0f} s")
                self._change.wait(0.2)
            moment, self._newest = self._newest, None
            if moment is None:
                raise SourceError(self._ended or "ended")
            return moment

    def _grab(self, left: Event) -> None:
        ended = "the stream ended"
        try:
            capture = self._open()
            if not capture.isOpened():
                ended = "can't be opened: is the camera on, the address right, the password known?"
                return
            number = 0
            while not left.is_set():
                read, picture = capture.read()
                if not read:
                    return
                self._show(Moment(np.asarray(picture, np.uint8), number, datetime.now(UTC)))
                number += 1
        except cv2.error as error:
            ended = f"OpenCV can't read it: {error.err}"
        finally:
            with self._change:
                self._ended = ended
                self._change.notify_all()

    def _open(self) -> cv2.VideoCapture:
        if self._address.startswith("/dev/"):
            return cv2.VideoCapture(self._address, cv2.CAP_V4L2)
        limits: list[Any] = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPENING_SECONDS * 1000]
        limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(self._silence * 1000)]
        return cv2.VideoCapture(self._address, cv2.CAP_FFMPEG, limits)

    def _show(self, moment: Moment) -> None:
        with self._change:
            self._newest = moment
            self._change.notify_all()


def size_of(picture: Picture) -> tuple[int, int]:
    """Width and height."""
    return picture.shape[1], picture.shape[0]
