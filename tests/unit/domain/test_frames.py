"""Frames: names that can't collide, and crops that lie in the picture and hold the face."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.detections import Detection, Picture
from homeward.domain.errors import InputError
from homeward.domain.frames import LEAST_SIDE, MAX_FACES, FaceBox, Frame, crop_area
from tests.factories import frame

KEY = "frames/entrance/20261122T211500123Z-1.jpg"
shares = st.floats(-0.5, 1.5, allow_nan=False)
boxes = st.builds(FaceBox, shares, shares, st.floats(0, 1.5), st.floats(0, 1.5))
sides = st.integers(80, 8000)


@given(boxes, st.tuples(sides, sides))
def test_a_crop_lies_in_the_picture_and_is_large_enough(box: FaceBox, size: tuple[int, int]) -> None:
    area = crop_area(box, size)
    assert 0 <= area.left < area.right <= size[0]
    assert 0 <= area.top < area.bottom <= size[1]
    assert min(area.right - area.left, area.bottom - area.top) >= LEAST_SIDE


@given(boxes, st.tuples(sides, sides))
def test_a_crop_holds_its_face(box: FaceBox, size: tuple[int, int]) -> None:
    face, crop = box.area(size), crop_area(box, size)
    assert crop.left <= face.left < face.right <= crop.right
    assert crop.top <= face.top < face.bottom <= crop.bottom


def test_a_crop_has_a_margin_of_six_tenths_of_the_face() -> None:
    assert crop_area(FaceBox(0.4, 0.4, 0.1, 0.2), (1000, 1000)) == (340, 280, 560, 720)


def test_every_face_is_a_detection_of_its_own_that_is_known_before_its_crop_is_put() -> None:
    detections = [frame().detection(number) for number in range(1, MAX_FACES + 1)]
    assert len({one.detection_id for one in detections}) == len({one.picture.key for one in detections}) == MAX_FACES
    assert detections[6].picture.key == f"crops/entrance/20261122T211500123Z-{frame().frame_id[-12:]}-f007.jpg"
    put = Picture("pictures", detections[6].picture.key, "a version", 4711)
    assert Detection.of(put, frame().place).detection_id == detections[6].detection_id


def test_another_version_of_the_picture_is_another_frame_with_other_crops() -> None:
    first, second = (Frame.of(Picture("pictures", KEY, version, 1), "x") for version in ("v1", "v2"))
    assert first.frame_id != second.frame_id
    assert first.detection(1).picture.key != second.detection(1).picture.key


def test_every_name_fits_step_functions() -> None:
    longest = Frame.of(Picture("b" * 63, f"frames/{'c' * 40}/20261122T211500123Z-{'s' * 40}.jpg", "v" * 99, 1), "p")
    assert len(f"{longest.frame_id}-r5") <= 80
    assert len(f"{longest.detection(100).detection_id}-r5") <= 80


def test_a_frame_survives_json() -> None:
    assert Frame.from_json(json.loads(json.dumps(frame().to_json()))) == frame()


@pytest.mark.parametrize("broken", [{}, {"frame_id": "x"}, {**frame().to_json(), "picture": {"bucket": "b"}}])
def test_what_is_no_frame_is_an_error(broken: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Frame.from_json(broken)


def test_a_crop_is_no_frame_and_a_frame_no_crop() -> None:
    with pytest.raises(InputError):
        Frame.of(Picture("pictures", KEY.replace("frames", "crops"), None, 1), "x")
    with pytest.raises(InputError):
        Detection.of(Picture("pictures", KEY, None, 1), "x")
