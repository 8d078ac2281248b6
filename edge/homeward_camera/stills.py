"""Frames that have nothing to do with each other: every face is sent, or every whole picture."""

from __future__ import annotations

from homeward_camera.clearing import cleared
from homeward_camera.config import Camera
from homeward_camera.crops import cut, encode
from homeward_camera.errors import PictureError
from homeward_camera.faces import SURE, Detector, Face
from homeward_camera.pictures import Frame, Picture
from homeward_camera.quality import measure
from homeward_camera.seen import Seen
from homeward_camera.shots import Shot, digest_of
from homeward_camera.zones import Zones

MAX_WHOLE_BYTES = 15 * 1024 * 1024  # the face service takes no larger ones
WHOLE = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")  # how a JPEG and a PNG begin


class EveryFace:
    """A crop of every face that is large enough and within the zones."""

    def __init__(self, camera: Camera, detector: Detector) -> None:
        self._camera, self._detector, self._zones = camera, detector, Zones(camera.zones)

    def see(self, frame: Frame) -> Seen:
        """The frame's shots. Raises PictureError."""
        picture = frame.read()
        faces = [face for face in self._detector.find(picture) if face.score >= SURE]
        wanted = [face for face in faces if wants(self._camera, self._zones, picture, face)]
        shots = [
            face_shot(self._camera, frame, face, cut(picture, face, [one for one in faces if one is not face]),
                      measure(picture, face).score)
            for face in wanted
        ]  # fmt: skip
        return Seen(faces=len(faces), too_small=len(faces) - len(wanted), shots=shots)

    def rest(self) -> list[Shot]:
        """Nothing waits: every face was sent at once."""
        return []


class WholePictures:
    """Each picture as it is, JPEG or PNG."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera

    def see(self, frame: Frame) -> Seen:
        """The frame as a shot. Raises PictureError."""
        data = frame.data(MAX_WHOLE_BYTES)
        if not data.startswith(WHOLE):
            raise PictureError("is neither JPEG nor PNG")
        camera = self._camera
        shot = Shot("frames", camera.id, camera.place, frame.captured_at, digest_of(data), data, frame.name)
        return Seen(shots=[shot])

    def rest(self) -> list[Shot]:
        """Nothing waits: every picture was sent at once."""
        return []


def wants(camera: Camera, zones: Zones, picture: Picture, face: Face) -> bool:
    """Whether the face is large enough and where faces count."""
    return face.shorter_side >= camera.min_face and zones.hold(face.middle, picture)


def face_shot(camera: Camera, frame: Frame, face: Face, crop: Picture, quality: float, track: str = "") -> Shot:
    """The shot of a cut face."""
    better = cleared(crop)
    data = encode(crop if better is None else better)
    left, top, width, height = face.box
    return Shot(
        folder="crops",
        camera=camera.id,
        place=camera.place,
        captured_at=frame.captured_at,
        digest=digest_of(data),
        data=data,
        frame=frame.name,
        quality=round(quality, 4),
        track=track,
        box=(left, top, width, height),
        cleared=better is not None,
        detection=round(face.score, 3),
    )
