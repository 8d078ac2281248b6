"""The check of a folder of pictures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

from tests.contract.face_service.conftest import Faces, group, jpeg
from tests.serving import ROOT


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "standins.rekognition.check", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_good_pictures_pass(tmp_path: Path, faces: Faces) -> None:
    (tmp_path / "somebody").mkdir()
    (tmp_path / "somebody" / "good.jpg").write_bytes(faces.portrait(13))
    result = check(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


def test_every_bad_picture_is_told_with_what_is_wrong(tmp_path: Path, faces: Faces) -> None:
    wrong = {
        "blurred.jpg": (jpeg(cv2.GaussianBlur(faces.pixels(2), (0, 0), 14).astype(np.uint8)), "LOW_SHARPNESS"),
        "broken.png": (b"nothing", "can't be read"),
        "group.jpg": (jpeg(group(faces.pixels(2, side=300), faces.pixels(3, side=300))), "2 faces found"),
        "nobody.jpg": (jpeg(np.full((200, 300, 3), 128, np.uint8)), "no face found"),
    }
    for name, (data, _) in wrong.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.jpg").write_bytes(faces.portrait(13))
    result = check(tmp_path)
    assert result.returncode == 2
    lines = result.stderr.splitlines()
    assert len(lines) == len(wrong)
    for line, (name, (_, problem)) in zip(lines, wrong.items(), strict=True):
        assert line.startswith(f"{tmp_path / name}: ")
        assert problem in line


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.returncode == 2
    assert "no picture in it" in result.stderr
