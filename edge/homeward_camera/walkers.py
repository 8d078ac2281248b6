"""People who walk by: faces are followed from frame to frame, and each walk-by is sent once or a few times."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime
from pathlib import Path

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

from homeward_camera.best import Best, Track
from homeward_camera.clearing import is_noisy
from homeward_camera.config import Camera
from homeward_camera.crops import cut
from homeward_camera.faces import SURE, Detector, Face, overlap, views_for
from homeward_camera.pictures import Frame, Picture
from homeward_camera.quality import measure
from homeward_camera.seen import Seen
from homeward_camera.shots import Shot
from homeward_camera.stills import face_shot, wants
from homeward_camera.zones import Zones

LOST_SECONDS = 1.0  # without its face: a track is over
CROSSING = 0.02  # intersection over union at which two faces might be taken for each other
RATE_OF_BUFFER = 30  # the tracker counts its buffer in frames of a thirtieth of a second


class Walkers:
    """The best shots of everybody who walks by."""

    def __init__(self, camera: Camera, models: Path | None = None) -> None:
        """`models`: a folder with YuNet, instead of the package's. Raises ModelError."""
        self._camera, self._models, self._zones = camera, models, Zones(camera.zones)
        self._detector = Detector(models)
        self._names = (f"{secrets.token_hex(4)}-{number}" for number in itertools.count(1))
        self._shape: tuple[int, ...] = ()
        self._tracks: dict[int, Track] = {}
        self._tracker = _tracker(camera)

    def see(self, frame: Frame) -> Seen:
        """The shots that are due with this frame."""
        picture = frame.read()
        ended = self._renewed(picture)
        faces = self._detector.find(picture)
        for number, face in self._followed(faces, frame.captured_at):
            self._note(number, face, faces, picture, frame)
        wanted = sum(face.score >= SURE and wants(self._camera, self._zones, picture, face) for face in faces)
        shots = ended + self._due(frame.captured_at)
        return Seen(faces=len(faces), too_small=len(faces) - wanted, shots=shots)

    def rest(self) -> list[Shot]:
        """What is left of every track."""
        tracks, self._tracks = self._tracks, {}
        return [self._shot(track, best) for track in tracks.values() if (best := track.last())]

    def _renewed(self, picture: Picture) -> list[Shot]:
        """Begin anew when the picture's size changed: nothing is where it was."""
        if picture.shape == self._shape:
            return []
        self._shape, self._tracker = picture.shape, _tracker(self._camera)
        self._detector = Detector(self._models, views_for(max(picture.shape), self._camera.min_face))
        return self.rest()

    def _followed(self, faces: list[Face], at: datetime) -> list[tuple[int, Face]]:
        """Each face with its tracker's number; those that the tracker doesn't believe in are left out."""
        boxes = [(face.x, face.y, face.x + face.width, face.y + face.height) for face in faces]
        found = sv.Detections(
            xyxy=np.array(boxes, np.float32).reshape(-1, 4),
            confidence=np.array([face.score for face in faces], np.float32),
            data={"face": np.arange(len(faces))},
        )
        tracked = self._tracker.update(found, timestamp=at.timestamp())
        if not len(tracked) or tracked.tracker_id is None:
            return []
        pairs = zip(tracked.tracker_id, tracked.data["face"], strict=True)
        return [(int(number), faces[int(index)]) for number, index in pairs if number >= 0]

    def _note(self, number: int, face: Face, faces: list[Face], picture: Picture, frame: Frame) -> None:
        others = [other for other in faces if other is not face]
        crossing = any(overlap(face, other) > CROSSING for other in others)
        track = self._tracks.get(number)
        if track is None:
            track = self._tracks[number] = Track(next(self._names), frame.captured_at, self._camera.shots_per_track)
        track.see(frame.captured_at, crossing=crossing)
        if face.score < SURE or not wants(self._camera, self._zones, picture, face):
            return
        quality = measure(picture, face).score
        if track.betters(quality):
            crop = cut(picture, face, others)
            track.keep(Best(quality, frame, face, crop, dim=is_noisy(crop)))

    def _due(self, now: datetime) -> list[Shot]:
        shots = []
        for number, track in list(self._tracks.items()):
            if (now - track.seen_at).total_seconds() > LOST_SECONDS:
                del self._tracks[number]
                best = track.last()
            else:
                best = track.due(now)
            if best:
                shots.append(self._shot(track, best))
        return shots

    def _shot(self, track: Track, best: Best) -> Shot:
        return face_shot(self._camera, best.frame, best.face, best.crop, best.quality, track.name)


def _tracker(camera: Camera) -> ByteTrackTracker:
    return ByteTrackTracker(
        lost_track_buffer=round(LOST_SECONDS * RATE_OF_BUFFER),
        frame_rate=camera.frames_per_second,
        track_activation_threshold=SURE,
        high_conf_det_threshold=SURE,
        minimum_consecutive_frames=1,
    )
