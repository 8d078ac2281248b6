"""Forget Frame: what a frame was good for is in its row and its crops, so its picture goes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.errors import ConflictError
from homeward.domain.frames import Frame, FrameOutcome
from homeward.domain.ports import Clock, FrameStore, PictureStore


@dataclass(frozen=True, slots=True)
class ForgetFrame:
    """Delete the picture, and note it once. After a crash between the two, the next try does both again."""

    frames: FrameStore
    pictures: PictureStore
    clock: Clock
    actor: str

    def __call__(self, frame: Frame, row: Mapping[str, Any]) -> None:
        """`row` is the frame's row; the picture of one that hasn't ended, or failed, is still needed."""
        if row.get("outcome") in (None, FrameOutcome.FAILED) or "picture_deleted_at" in row:
            return
        self.pictures.delete(frame.picture)
        record = audit_event(self.clock(), self.actor, "delete_picture", f"frame:{frame.frame_id}", "DELETED")
        with suppress(ConflictError):  # another execution noted it
            self.frames.note_deleted(frame.frame_id, record)
