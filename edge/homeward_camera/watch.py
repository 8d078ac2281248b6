"""Watches one camera: opens its source again whenever it fails, looks at its frames, keeps what is worth sending."""

from __future__ import annotations

import random
import time
import zlib
from collections import deque
from threading import Event
from typing import Any

from homeward_camera.config import Camera
from homeward_camera.errors import PictureError, SourceError, SpoolError
from homeward_camera.health import Health
from homeward_camera.pictures import Frame, Moment
from homeward_camera.seen import Eye, Seen
from homeward_camera.shots import Shot
from homeward_camera.sources import Source, open_source
from homeward_camera.spool import MEGABYTE, Spool

FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  # seconds between tries to open the source
FROZEN_SECONDS = 300.0  # with not one pixel of the sample changed: no living camera does that
SAMPLE = 8  # every eighth pixel, both ways
UNSAVED = 32  # shots that wait in memory while the disk takes none


class Watch:
    """One camera; `run` in a thread of its own."""

    def __init__(self, camera: Camera, eye: Eye, spool: Spool, health: Health) -> None:
        self._camera, self._eye, self._spool, self._health = camera, eye, spool, health
        self._unsaved = deque[Shot]()
        self._still: tuple[int, float] | None = None  # a sample of the picture, and since when it is the same
        self._patience = FROZEN_SECONDS
        self._dropped = 0

    def run(self, stop: Event) -> None:
        """Until `stop`, or until a folder or video file was shown once."""
        delay = FIRST_DELAY
        while not stop.is_set():
            before = self._health.counts.frames
            try:
                source = open_source(self._camera)
                self._show(source, stop)
                if source.finite:
                    break
            except SourceError as error:
                self._health.source.happened(error)
                self._health.counts.reconnects += 1
            # Who delivered pictures is tried again soon, who didn't ever more rarely.
            delay = FIRST_DELAY if self._health.counts.frames > before else min(delay * 2, LONGEST_DELAY)
            stop.wait(delay * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
        self._keep(self._eye.rest())
        self._save(last=True)

    def _show(self, source: Source, stop: Event) -> None:
        self._still = None
        for frame in source.frames(stop):
            self._health.counts.frames += 1
            self._health.last_frame_at = frame.captured_at
            self._health.source.over()
            try:
                self._note(frame, self._eye.see(frame), told=source.stills)
            except PictureError as error:
                self._health.counts.unreadable += 1
                self._tell("unreadable", frame, reason=str(error))
            if not source.finite:
                self._check_alive(frame)

    def _note(self, frame: Frame, seen: Seen, *, told: bool) -> None:
        self._health.counts.faces += seen.faces
        self._health.counts.too_small += seen.too_small
        if told and not seen.shots:
            self._tell("no_face", frame, too_small=seen.too_small)
        self._keep(seen.shots)

    def _keep(self, shots: list[Shot]) -> None:
        for shot in shots:
            self._health.counts.shots += 1
            if len(self._unsaved) == UNSAVED:
                self._unsaved.popleft()
                self._health.counts.unsaved += 1
            self._unsaved.append(shot)
        self._save()

    def _save(self, *, last: bool = False) -> None:
        """Put on disk what isn't yet; what the disk doesn't take is tried again with the next frame."""
        while self._unsaved:
            try:
                self._spool.put(self._unsaved[0])
            except SpoolError as error:
                self._health.disk.happened(error)
                if last:
                    self._health.counts.unsaved += len(self._unsaved)
                return
            self._check_room()
            # Told when it is safe: what the log names is in the spool or in S3, whatever happens.
            self._health.log.tell("shot", camera=self._camera.id, **self._unsaved.popleft().line())
            self._health.disk.over()

    def _check_room(self) -> None:
        """Tell when shots are let go, and when half of the room is free again."""
        if self._spool.dropped > self._dropped:
            self._dropped = self._spool.dropped
            text = f"shots are let go: more wait than spool_megabytes = {self._camera.spool_megabytes} holds"
            self._health.room.happened(SpoolError(text), dropped=self._dropped)
        elif self._spool.size < self._camera.spool_megabytes * MEGABYTE / 2:
            self._health.room.over()

    def _check_alive(self, frame: Frame) -> None:
        """Raises SourceError when the picture is frozen; the next time it may take twice as long."""
        if not isinstance(frame, Moment):
            return
        sample = zlib.crc32(frame.picture[::SAMPLE, ::SAMPLE].tobytes())
        if self._still is None or self._still[0] != sample:
            changed = self._still is not None
            self._still = (sample, time.monotonic())
            self._patience = FROZEN_SECONDS if changed else self._patience
        elif time.monotonic() - self._still[1] > self._patience:
            lasted, self._patience = self._patience, self._patience * 2
            raise SourceError(f"the picture is frozen: not one pixel changed for {lasted:.0f} s")

    def _tell(self, event: str, frame: Frame, **fields: Any) -> None:
        name = frame.name.encode(errors="replace").decode()
        self._health.log.tell(event, camera=self._camera.id, frame=name, **fields)
