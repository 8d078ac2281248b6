"""The pictures of generated cases: as many, as odd and as large as those of real ones."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import requests
from numpy.typing import NDArray

from .conftest import Server


@pytest.fixture(scope="session")
def cases(_small: Server) -> list[dict[str, Any]]:
    return [_small.case(number) for number in _small.numbers(take=400)]


def decoded(data: bytes) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def images(cases: list[dict[str, Any]], *categories: str) -> list[dict[str, Any]]:
    return [image for case in cases for image in case["images"] if image["category"]["name"] in categories]


def test_most_cases_have_a_portrait_and_some_have_many(cases: list[dict[str, Any]]) -> None:
    counts = [len(case["images"]) for case in cases if "defaultImage" in case]
    assert 0.8 < len(counts) / len(cases) < 0.95
    assert 1.5 < len(images(cases, "FacialCaseId", "ActualPhoto")) / len(cases) < 2.2
    assert max(counts) >= 5


def test_other_kinds_of_pictures_lie_among_them(cases: list[dict[str, Any]]) -> None:
    assert images(cases, "AgeProgression")
    assert images(cases, "Composite")
    assert any("sister" in image.get("caption", "") for image in images(cases, "ActualPhoto"))


def test_the_default_image_is_a_portrait_and_not_always_the_first(cases: list[dict[str, Any]]) -> None:
    places = []
    for case in cases:
        if "defaultImage" in case:
            identities = [image["identityId"] for image in case["images"]]
            places.append(identities.index(case["defaultImage"]["defaultImageIdentityId"]))
            assert case["images"][places[-1]]["category"]["name"] == "FacialCaseId"
    assert {0, 1} == {*places}
    assert places.count(0) > 0.8 * len(places)


def test_types_are_named_oddly_and_sizes_vary(cases: list[dict[str, Any]]) -> None:
    originals = [image["files"]["original"] for image in images(cases, "FacialCaseId", "ActualPhoto")]
    assert {file["mimeType"] for file in originals} >= {"image/jpg", "image/pjpeg", "image/jpeg", "image/x-png"}
    assert min(file["width"] for file in originals) == 43
    assert max(file["width"] for file in originals) == 480


def test_pictures_are_what_the_case_says_and_differ(small: Server, cases: list[dict[str, Any]]) -> None:
    seen = set()
    shown = images(cases, "FacialCaseId", "ActualPhoto")
    pngs = [image for image in shown if "png" in image["files"]["original"]["mimeType"]]
    for image in shown[:30] + pngs[:2]:
        said = image["files"]["original"]
        answer = small.get(said["href"])
        assert decoded(answer.content).shape[:2] == (said["height"], said["width"])
        assert answer.content.startswith(b"\x89PNG" if "png" in said["mimeType"] else b"\xff\xd8")
        assert answer.headers["content-type"] == said["mimeType"]
        assert small.get(said["href"]).content == answer.content
        seen.add(answer.content)
    assert len(seen) == len({image["identityId"] for image in shown[:30] + pngs[:2]})


def test_the_default_of_a_case_with_a_portrait_is_no_placeholder(small: Server, cases: list[dict[str, Any]]) -> None:
    bare = next(case for case in cases if "defaultImage" not in case)
    shown = next(case for case in cases if "defaultImage" in case)
    placeholder = requests.get(small.url + bare["hrefDefaultImageThumbnail"], timeout=10).content
    assert small.get(bare["hrefDefaultImagePoster"]).content == placeholder
    assert small.get(shown["hrefDefaultImagePoster"]).content != placeholder


def test_a_detector_finds_the_drawn_faces(small: Server, cases: list[dict[str, Any]]) -> None:
    from standins.people.faces import FaceReader

    reader = FaceReader()
    large = [image for image in images(cases, "FacialCaseId") if image["files"]["original"]["width"] >= 200][:12]
    for image in large:
        picture = decoded(small.get(image["files"]["original"]["href"]).content)
        assert len(reader.read(picture)) == 1
