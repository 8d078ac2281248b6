"""Nobody is recognised on a preview, unless it was asked for."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from homeward_camera.config import Camera
from homeward_camera.pictures import Moment, Picture
from homeward_camera.preview import SIDE, Preview
from standins.people.faces import FaceReader
from tests.contract.edge.cameras import ENDS, camera, configured, environment, start
from tests.contract.edge.streams import until
from tests.serving import free_port

LOBBY = Camera(id="lobby", place="main", source="/dev/video0", zones=[[(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)]])


def previewed(picture: Picture, *, clear: bool) -> Picture:
    preview = Preview(LOBBY, None, clear=clear)
    seen = preview.see(Moment(picture, 0, datetime.now(UTC)))
    assert (seen.shots, preview.rest()) == ([], [])
    number, jpeg = preview.next(0, 5)
    assert number == 1
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_no_face_is_left_that_anybody_or_anything_could_know(scene_picture: Picture) -> None:
    reader = FaceReader()
    assert len(reader.read(scene_picture)) == 2
    shown = previewed(scene_picture, clear=False)
    assert max(shown.shape) == SIDE
    large = np.asarray(cv2.resize(shown, scene_picture.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)
    real = [face.vector for face in reader.read(scene_picture)]
    for face in reader.read(large):
        assert max(float(face.vector @ one) for one in real) < 0.25


def test_in_clear_only_when_asked(scene_picture: Picture) -> None:
    reader = FaceReader()
    shown = previewed(scene_picture, clear=True)
    large = np.asarray(cv2.resize(shown, scene_picture.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)
    assert len(reader.read(large)) == 2


def test_a_face_that_is_missed_for_a_moment_stays_covered(scene_picture: Picture) -> None:
    preview = Preview(LOBBY, None, clear=False)
    preview.see(Moment(scene_picture, 0, datetime.now(UTC)))
    first = preview.next(0, 5)[1]

    class Blind:
        def find(self, picture: Picture) -> list[object]:
            return []

    preview._detector = Blind()  # type: ignore[assignment]
    preview.see(Moment(scene_picture, 1, datetime.now(UTC)))
    shown = [np.asarray(cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR), np.uint8)
             for one in (first, preview.next(1, 5)[1])]  # fmt: skip
    # Only the outlines of the faces are gone.
    assert np.mean(np.abs(shown[0].astype(int) - shown[1].astype(int)) > 40) < 0.02


@pytest.fixture
def page() -> str:
    return f"http://127.0.0.1:{free_port()}"


def test_the_command_shows_it_and_sends_and_keeps_nothing(
    folder: Path, tmp_path: Path, page: str, bucket: str, cloud_url: str
) -> None:
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5, (320, 240))
    for number in range(100):
        writer.write(np.full((240, 320, 3), number, np.uint8))
    writer.release()
    config = configured(tmp_path, bucket, camera(path, "lobby"), page_port=int(page.rpartition(":")[2]))
    with start(config, environment(cloud_url), "--preview") as agent:

        def shown() -> bool:
            try:
                with urllib.request.urlopen(f"{page}/preview/lobby", timeout=5) as stream:
                    return b"image/jpeg" in stream.read(200)
            except OSError:
                return False

        until(shown)
        with urllib.request.urlopen(page, timeout=5) as answer:
            assert b'<img src="/preview/lobby"' in answer.read()
        agent.terminate()
        _, errors = agent.communicate(timeout=ENDS)
    assert (agent.returncode, errors) == (0, "")
    assert not (tmp_path / "spool").exists()
