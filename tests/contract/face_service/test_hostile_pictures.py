"""Unusual, damaged and malicious pictures: each is answered as documented, and the service lives on in its bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.face_service import corpus
from tests.contract.face_service.conftest import Faces
from tests.contract.face_service.wire import (
    assert_lives,
    code,
    detect,
    documented,
    memory_of,
    process_of,
)

MEGABYTE = 1 << 20
MOST_MEMORY = 1200 * MEGABYTE
"""Above what the process has at rest. One picture of 64 million pixels is decoded at a time, and two are looked at."""
LEFT_MEMORY = 350 * MEGABYTE


@pytest.fixture(scope="module")
def pixels(faces: Faces) -> corpus.Pixels:
    """A portrait whose sides are no multiples of anything."""
    return np.ascontiguousarray(faces.pixels(13, side=333)[:, :301])


@pytest.fixture(scope="module", autouse=True)
def bounded(service_url: str) -> Iterator[None]:
    """All tests of this file together leave the service alive, and its memory within bounds."""
    process = process_of(service_url)
    with memory_of(process) as memory:
        yield
    assert_lives(service_url)
    assert process.is_running()
    assert memory.most - memory.before < MOST_MEMORY
    assert memory.after - memory.before < LEFT_MEMORY


def assert_all(url: str, expected: str, pictures: Iterable[tuple[str, bytes]]) -> None:
    wrong = {name: told for name, picture in pictures if (told := code(detect(url, picture))) != expected}
    assert not wrong


def box(url: str, picture: bytes) -> list[float]:
    (face,) = detect(url, picture).json()["FaceDetails"]
    return [face["BoundingBox"][side] for side in ("Left", "Top", "Width", "Height")]


def test_pictures_of_every_kind_show_the_same_face(service_url: str, pixels: corpus.Pixels) -> None:
    expected = box(service_url, corpus.plain_png(pixels))
    for name, picture in corpus.unusual(pixels):
        assert box(service_url, picture) == pytest.approx(expected, abs=0.06), name


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_turned_jpeg_is_turned_upright(service_url: str, pixels: corpus.Pixels, order: str) -> None:
    expected = box(service_url, corpus.jpeg(pixels))
    for orientation in range(1, 9):
        stored = corpus.jpeg(corpus.turned(pixels, orientation))
        picture = corpus.inserted(stored, corpus.exif(orientation, order))
        assert box(service_url, picture) == pytest.approx(expected, abs=0.02), orientation


def test_a_png_is_never_turned(service_url: str, pixels: corpus.Pixels) -> None:
    turn = corpus.chunk(b"eXIf", corpus.exif(6)[10:])
    head = corpus.header(pixels.shape[1], pixels.shape[0])
    picture = corpus.png(head, turn, corpus.data_chunk(corpus.rows(pixels)))
    assert box(service_url, picture) == pytest.approx(box(service_url, corpus.plain_png(pixels)))


def test_damaged_exif_turns_nothing(service_url: str, pixels: corpus.Pixels) -> None:
    plain = corpus.jpeg(pixels)
    expected = box(service_url, plain)
    for number, segment in enumerate(corpus.damaged_exif()):
        assert box(service_url, corpus.inserted(plain, segment)) == pytest.approx(expected), number


@pytest.mark.parametrize("files", [corpus.other_formats, corpus.damaged_jpegs, corpus.damaged_pngs])
def test_what_is_no_whole_jpeg_or_png(
    service_url: str, pixels: corpus.Pixels, files: Callable[[corpus.Pixels], Iterable[tuple[str, bytes]]]
) -> None:
    assert_all(service_url, "InvalidImageFormatException", files(pixels))


def test_what_would_fill_the_memory(service_url: str, pixels: corpus.Pixels) -> None:
    assert_all(service_url, "ImageTooLargeException", corpus.too_large(pixels))


def test_what_is_too_small(service_url: str) -> None:
    assert_all(service_url, "InvalidParameterException", corpus.too_small())


def test_odd_sizes_with_nobody_in_them(service_url: str) -> None:
    for name, picture in corpus.faceless():
        answer = detect(service_url, picture)
        assert (answer.status_code, answer.json().get("FaceDetails")) == (200, []), name


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, "ValidationException"), (5 * MEGABYTE, "OK"), (5 * MEGABYTE + 1, "ValidationException")],
)
def test_the_bounds_of_bytes_are_those_of_the_model(
    service_url: str, pixels: corpus.Pixels, size: int, expected: str
) -> None:
    picture = corpus.jpeg(pixels)
    assert code(detect(service_url, (picture + bytes(size))[:size])) == expected


def test_many_callers_with_large_pictures_at_once(service_url: str, pixels: corpus.Pixels) -> None:
    large = corpus.progressive(np.zeros((8000, 8000, 3), np.uint8))
    hostile = [picture for _, picture in corpus.damaged_jpegs(pixels)]
    with ThreadPoolExecutor(8) as callers:
        told = list(callers.map(lambda picture: detect(service_url, picture), [large, corpus.jpeg(pixels)] * 3))
        assert {answer.status_code for answer in told} == {200}
        refused = list(callers.map(lambda picture: detect(service_url, picture), hostile))
        assert {code(answer) for answer in refused} == {"InvalidImageFormatException"}


edits = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "repeat", "insert"]), st.floats(0, 1), st.binary(min_size=1, max_size=9)),
    min_size=1,
    max_size=4,
)


def edited(data: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    for kind, place, content in steps:
        at = int(place * len(data))
        after = {
            "flip": bytes(a ^ b for a, b in zip(data[at:], content, strict=False)) + data[at + len(content) :],
            "cut": data[at + len(content) ** 2 :],
            "repeat": data[at:] + data[at : at + 100],
            "insert": content + data[at:],
        }
        data = data[:at] + after[kind]
    return data


@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kind=st.integers(0, 20), steps=edits)
def test_pictures_damaged_at_random(
    service_url: str, pixels: corpus.Pixels, kind: int, steps: list[tuple[str, float, bytes]]
) -> None:
    pictures: list[tuple[str, Any]] = list(corpus.unusual(pixels[:120, :120]))
    picture = edited(pictures[kind][1], steps)
    answer = detect(service_url, picture[: 5 * MEGABYTE])
    assert code(answer) in documented("DetectFaces") - {"SerializationException"}
