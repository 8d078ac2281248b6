"""Reading a folder of pictures."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import cv2
import numpy as np
import pytest

from homeward_camera.config import Camera
from homeward_camera.errors import PictureError, SourceError
from homeward_camera.pictures import MAX_BYTES, Still
from homeward_camera.sources import Folder, find_pictures, open_source, shown

ORIENTATION_6 = bytes.fromhex("ffe1002245786966000049492a000800000001001201030001000000060000000000000000000000")[:36]


def play(folder: Path) -> list[Still]:
    return list(Folder(find_pictures(folder)).frames(Event()))


def test_pictures_are_taken_by_name_and_nothing_else(folder: Path) -> None:
    assert [path.name for path in find_pictures(folder)] == ["a-nobody.png", "b-two-people.jpg"]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="neither a folder"):
        open_source(Camera(id="c", place="p", source=str(tmp_path / "nowhere")))
    with pytest.raises(SourceError, match="no pictures"):
        find_pictures(tmp_path)


def test_a_picture_is_turned_as_its_orientation_says(tmp_path: Path) -> None:
    upright = np.zeros((100, 200, 3), np.uint8)
    upright[:, :100] = (0, 0, 255)
    data = cv2.imencode(".jpg", upright)[1].tobytes()
    (tmp_path / "turned.jpg").write_bytes(data[:2] + ORIENTATION_6 + data[2:])
    (frame,) = play(tmp_path)
    picture = frame.read()
    # Orientation 6 means: turn by 90 degrees clockwise, so what was left is now above.
    assert picture.shape == (200, 100, 3)
    assert picture[10, 50, 2] > 200
    assert picture[190, 50, 2] < 50


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8\xff\xe0" + b"\0" * 50])
def test_what_is_no_picture_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    (frame,) = play(tmp_path)
    with pytest.raises(PictureError):
        frame.read()


def test_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    (frame,) = play(tmp_path)
    with pytest.raises(PictureError, match="No such file"):
        frame.read()


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (frame,) = play(tmp_path)
    with pytest.raises(PictureError, match="more than"):
        frame.read()


def test_a_small_file_that_claims_a_huge_picture_is_told(tmp_path: Path) -> None:
    data = bytearray(cv2.imencode(".png", np.zeros((10, 10, 3), np.uint8))[1].tobytes())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    (tmp_path / "a.png").write_bytes(bytes(data))
    (frame,) = play(tmp_path)
    with pytest.raises(PictureError):
        frame.read()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("rtsp://user:secret@10.0.0.5:554/stream?token=secret", "rtsp://10.0.0.5:554/stream"),
        ("http://10.0.0.5/mjpeg", "http://10.0.0.5/mjpeg"),
        ("/dev/video0", "/dev/video0"),
    ],
)
def test_addresses_are_shown_without_what_is_secret(address: str, told: str) -> None:
    assert shown(address) == told
