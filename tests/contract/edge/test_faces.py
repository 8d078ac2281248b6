"""Finding faces, whatever their size, and cutting them out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward_camera.crops import LEAST_SIDE, LEVEL, MARGIN, cut, encode, tilt
from homeward_camera.errors import ModelError
from homeward_camera.faces import MODEL, SURE, Detector, Face, find_model, views_for
from homeward_camera.pictures import Picture


def resized(picture: Picture, scale: float) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def face_at(x: float, y: float, width: float, height: float) -> Face:
    points = np.array([(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)], np.float32)
    return Face(x, y, width, height, 1.0, points * np.float32([width, height]) + np.float32([x, y]))


def shown(data: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0, 4.0])
def test_both_people_are_found_at_any_resolution(detector: Detector, scene_picture: Picture, scale: float) -> None:
    once = sorted(detector.find(scene_picture), key=lambda face: face.x)
    found = sorted(detector.find(resized(scene_picture, scale)), key=lambda face: face.x)
    assert len(found) == len(once) == 2
    for one, other in zip(once, found, strict=True):
        assert other.x / scale == pytest.approx(one.x, abs=15)
        assert other.height / scale == pytest.approx(one.height, rel=0.15)


def test_a_face_that_fills_the_picture_is_found_once(detector: Detector, scene_picture: Picture) -> None:
    face = max(detector.find(scene_picture), key=lambda face: face.height)
    x, y, width, height = face.box
    close = scene_picture[max(y - 10, 0) : y + height + 10, max(x - 10, 0) : x + width + 10]
    assert len(detector.find(resized(np.ascontiguousarray(close), 8))) == 1


def test_an_empty_picture_has_no_face(detector: Detector) -> None:
    for shape in ((720, 1280, 3), (1, 1, 3), (2000, 3, 3)):
        assert detector.find(np.full(shape, 127, np.uint8)) == []


def test_a_crop_shows_its_face_and_nobody_else(detector: Detector, scene_picture: Picture) -> None:
    left, right = sorted(detector.find(scene_picture), key=lambda face: face.x)
    # Push the two together, so that each stands in the other's margin.
    cut_from = round(left.x + left.width * 1.1)
    cut_to = round(right.x - left.width * 0.15)
    near = np.delete(scene_picture, slice(cut_from, cut_to), axis=1)
    faces = detector.find(np.ascontiguousarray(near))
    assert len(faces) == 2
    for face in faces:
        crop = cut(near, face, [other for other in faces if other is not face])
        (only,) = detector.find(crop)
        assert only.height == pytest.approx(face.height, rel=0.15)


def test_a_crop_is_the_same_for_the_same_picture_and_differs_between_faces(
    detector: Detector, scene_picture: Picture
) -> None:
    before = scene_picture.copy()
    one, other = detector.find(scene_picture)
    assert encode(cut(scene_picture, one, [other])) == encode(cut(scene_picture, one, [other]))
    assert encode(cut(scene_picture, one, [other])) != encode(cut(scene_picture, other, [one]))
    assert (scene_picture == before).all()


@given(
    x=st.floats(-30, 320), y=st.floats(-30, 240), width=st.floats(1, 200), height=st.floats(1, 200),
    wide=st.integers(80, 320), high=st.integers(80, 240),
)  # fmt: skip
def test_a_crop_lies_within_the_picture_and_is_large_enough(
    x: float, y: float, width: float, height: float, wide: int, high: int
) -> None:
    picture = np.zeros((high, wide, 3), np.uint8)
    crop = cut(picture, face_at(min(x, wide - 1.0), min(y, high - 1.0), width, height), [])
    assert LEAST_SIDE <= crop.shape[1] <= wide
    assert LEAST_SIDE <= crop.shape[0] <= high
    assert shown(encode(crop)).shape == crop.shape


def test_the_margin_is_a_part_of_the_face_on_each_side() -> None:
    crop = cut(np.zeros((1000, 1000, 3), np.uint8), face_at(400, 400, 100, 200), [])
    assert crop.shape[1::-1] == (round(100 * (1 + 2 * MARGIN)), round(200 * (1 + 2 * MARGIN)))


def test_the_model_may_lie_in_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(find_model().read_bytes())
    assert find_model(tmp_path) == tmp_path / MODEL
    Detector(tmp_path)


def test_an_altered_or_missing_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        find_model(tmp_path)
    (tmp_path / MODEL).write_bytes(find_model().read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError, match="not the published file"):
        find_model(tmp_path)


@pytest.mark.parametrize("angle", [-25.0, 25.0])
def test_a_tilted_head_is_cut_with_level_eyes(detector: Detector, scene_picture: Picture, angle: float) -> None:
    upright = max(detector.find(scene_picture), key=lambda face: face.height)
    turn = cv2.getRotationMatrix2D(upright.middle, angle, 1.0)
    tilted = np.asarray(cv2.warpAffine(scene_picture, turn, scene_picture.shape[1::-1]), np.uint8)
    face = max(detector.find(tilted), key=lambda face: face.height)
    assert abs(tilt(face)) > LEVEL
    (level,) = [one for one in detector.find(cut(tilted, face, [])) if one.score >= SURE]
    assert abs(tilt(level)) < LEVEL


def test_a_video_is_looked_at_no_larger_than_its_smallest_face_needs() -> None:
    assert views_for(1920, 40) == (864, 288)
    assert views_for(1920, 20) == (1728, 576)
    assert views_for(640, 100) == (480, 160)
    assert views_for(320, 40) == (320, 160)
