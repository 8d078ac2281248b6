"""Video as a source of frames: a recording, shown once, or a camera that goes on whether or not anybody looks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition, Event, Thread

from av.video.frame import VideoFrame

from homeward_camera.decoding import Video, picture_of, usb_pictures
from homeward_camera.errors import SourceError
from homeward_camera.pictures import Moment, Picture

USUAL_RATE = 10.0  # frames a second of a recording that doesn't say
FILE_SECONDS = 30.0  # for a disk to answer
EXTRA_SECONDS = 10.0  # FFmpeg notices silence itself; this is the second net


class VideoFile:
    """A recording, once: `live` as a camera would show it (late frames are left out), else every frame."""

    finite, stills = True, False

    def __init__(self, path: Path, rate: float, *, live: bool) -> None:
        """At most `rate` frames a second of the recording's own time. Raises SourceError."""
        self._video = Video(str(path), FILE_SECONDS)
        self._own = self._video.rate or USUAL_RATE
        self._step, self._live = 1 / rate, live

    def frames(self, stop: Event) -> Iterator[Moment]:
        """The frames; captured at the time of opening plus the recording's own time. Raises SourceError."""
        opened, began, due = datetime.now(UTC), time.monotonic(), 0.0
        for number, frame in enumerate(self._video):
            if stop.is_set():
                return
            at = number / self._own
            if self._live:
                late = time.monotonic() - began - at
                stop.wait(max(-late, 0))
                if late > self._step:
                    continue
            if at + 1e-6 >= due:
                due = max(due + self._step, at)
                yield Moment(picture_of(frame), number, opened + timedelta(seconds=at))


class VideoStream:
    """A camera: only its newest frame counts."""

    finite = stills = False

    def __init__(self, address: str, rate: float, silence: float) -> None:
        """At most `rate` frames a second; `silence` seconds without one are an end."""
        self._address, self._step, self._silence = address, 1 / rate, silence
        self._newest: tuple[VideoFrame | Picture, int, datetime] | None = None
        self._ended: SourceError | None = None
        self._change = Condition()

    def frames(self, stop: Event) -> Iterator[Moment]:
        """The newest frame each time, until the stream fails. Raises SourceError."""
        left = Event()
        # A daemon: a read that hangs in FFmpeg must not keep the program from ending.
        Thread(target=self._grab, args=(left,), name="grab", daemon=True).start()
        try:
            while not stop.is_set():
                began = time.monotonic()
                if newest := self._take(stop):
                    frame, number, at = newest
                    picture = picture_of(frame) if isinstance(frame, VideoFrame) else frame
                    yield Moment(picture, number, at)
                stop.wait(max(began + self._step - time.monotonic(), 0))
        finally:
            left.set()

    def _take(self, stop: Event) -> tuple[VideoFrame | Picture, int, datetime] | None:
        """Wait for the next frame. Raises SourceError when the stream ended or was silent for too long."""
        deadline = time.monotonic() + self._silence + EXTRA_SECONDS
        with self._change:
            while self._newest is None and self._ended is None:
                if stop.is_set():
                    return None
                if time.monotonic() > deadline:
                    raise SourceError(f"no picture for {self._silence:.0f} s")
                self._change.wait(0.2)
            newest, self._newest = self._newest, None
            if newest is None:
                raise self._ended or SourceError("ended")
            return newest

    def _grab(self, left: Event) -> None:
        ended = SourceError("the stream ended")
        try:
            for number, frame in enumerate(self._opened()):
                if left.is_set():
                    return
                with self._change:
                    self._newest = (frame, number, datetime.now(UTC))
                    self._change.notify_all()
        except SourceError as error:
            ended = error
        finally:
            with self._change:
                self._ended = ended
                self._change.notify_all()

    def _opened(self) -> Iterator[VideoFrame | Picture]:
        if self._address.startswith("/dev/"):
            return usb_pictures(self._address)
        return iter(Video(self._address, self._silence))
