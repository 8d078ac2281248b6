"""CompareFaces: the largest face of one picture with every face of another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.contract.rekognition.conftest import Faces, group, jpeg


def compare(client: Any, source: bytes, target: bytes, **options: Any) -> Any:
    return client.compare_faces(SourceImage={"Bytes": source}, TargetImage={"Bytes": target}, **options)


def test_the_same_person_matches_and_the_other_does_not(client: Any, faces: Faces) -> None:
    target = group(faces.pixels(13, variant=1, side=300), faces.pixels(0, variant=1, side=400))
    answer = compare(client, faces.portrait(13), jpeg(target))
    (match,) = answer["FaceMatches"]
    assert match["Similarity"] > 95
    assert match["Face"]["BoundingBox"]["Left"] < 0.4
    (other,) = answer["UnmatchedFaces"]
    assert other["BoundingBox"]["Left"] > 0.4
    for face in (match["Face"], other):
        assert {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"} <= face.keys()
    assert answer["SourceImageFace"]["Confidence"] > 80
    assert 0 < answer["SourceImageFace"]["BoundingBox"]["Width"] < 1


def test_matches_come_most_similar_first(client: Any, faces: Faces) -> None:
    target = group(faces.pixels(4, side=300), faces.pixels(13, variant=1, side=300), faces.pixels(0, side=300))
    answer = compare(client, faces.portrait(13), jpeg(target), SimilarityThreshold=0)
    similarities = [match["Similarity"] for match in answer["FaceMatches"]]
    assert len(similarities) == 3
    assert similarities == sorted(similarities, reverse=True)
    assert answer["UnmatchedFaces"] == []


def test_the_largest_face_of_the_source_is_compared(client: Any, faces: Faces) -> None:
    source = group(faces.pixels(0, side=200), faces.pixels(13, side=400))
    answer = compare(client, jpeg(source), faces.portrait(13, 1))
    assert len(answer["FaceMatches"]) == 1
    assert answer["SourceImageFace"]["BoundingBox"]["Left"] > 0.3


def test_a_picture_without_faces_is_an_error(client: Any, faces: Faces) -> None:
    nobody = jpeg(np.full((200, 300, 3), 128, np.uint8))
    for source, target in ((nobody, faces.portrait(13)), (faces.portrait(13), nobody)):
        with pytest.raises(client.exceptions.InvalidParameterException):
            compare(client, source, target)


def test_the_threshold_is_80_by_default(client: Any, faces: Faces) -> None:
    target = jpeg(group(faces.pixels(13, variant=1, side=300), faces.pixels(0, side=300)))
    for options in ({}, {"SimilarityThreshold": 80}):
        answer = compare(client, faces.portrait(13), target, **options)
        assert (len(answer["FaceMatches"]), len(answer["UnmatchedFaces"])) == (1, 1)
    nobody = compare(client, faces.portrait(13), faces.portrait(0), SimilarityThreshold=100)
    assert (nobody["FaceMatches"], len(nobody["UnmatchedFaces"])) == ([], 1)


def test_a_target_of_poor_faces_only_matches_nothing(client: Any, faces: Faces) -> None:
    dark = jpeg((faces.pixels(13, variant=1, side=400) * 0.06).astype(np.uint8))
    answer = compare(client, faces.portrait(13), dark, QualityFilter="HIGH")
    assert (answer["FaceMatches"], answer["UnmatchedFaces"]) == ([], [])
    with pytest.raises(client.exceptions.InvalidParameterException):
        compare(client, dark, faces.portrait(13), QualityFilter="HIGH")


def test_faces_below_the_quality_bar_are_not_compared(client: Any, faces: Faces) -> None:
    dark = (faces.pixels(0, side=400) * 0.06).astype(np.uint8)
    target = jpeg(group(faces.pixels(13, variant=1, side=400), dark))
    every = compare(client, faces.portrait(13), target)
    some = compare(client, faces.portrait(13), target, QualityFilter="HIGH")
    assert len(every["FaceMatches"]) == len(some["FaceMatches"]) == 1
    assert some["UnmatchedFaces"] == []
