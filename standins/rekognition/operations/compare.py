"""CompareFaces."""

from __future__ import annotations

from typing import Any

import numpy as np

from standins.rekognition.answers import Answer, bounding_box, face_detail, relative_box
from standins.rekognition.errors import InvalidParameterError
from standins.rekognition.faces import Face
from standins.rekognition.images import Picture
from standins.rekognition.quality import Quality, reasons_against
from standins.rekognition.service import Service
from standins.rekognition.similarity import similarity

_THRESHOLD = 80.0


def compare_faces(service: Service, parameters: dict[str, Any]) -> Answer:
    """CompareFaces; raises InvalidParameterError (no face in one of the pictures) and the errors of Service.picture."""
    quality_filter = parameters.get("QualityFilter", "NONE")
    source = service.picture(parameters["SourceImage"])
    target = service.picture(parameters["TargetImage"])
    probe = service.largest(source, quality_filter)
    if probe is None:
        raise InvalidParameterError("Request has invalid parameters: there is no face in the source image")
    found = service.reader.find(target.pixels)
    if not found:
        raise InvalidParameterError("Request has invalid parameters: there is no face in the target image")
    faces = _good(service, target, found, quality_filter)
    likeness = _likeness(service, source, probe, target, [face for face, _ in faces])
    threshold = parameters.get("SimilarityThreshold", _THRESHOLD)
    compared = [
        (alike, face_detail(face, target, measured)) for alike, (face, measured) in zip(likeness, faces, strict=True)
    ]
    matches = sorted((pair for pair in compared if pair[0] >= threshold), key=lambda pair: -pair[0])
    return {
        "SourceImageFace": {
            "BoundingBox": bounding_box(relative_box(probe, source)),
            "Confidence": 100 * probe.score,
        },
        "FaceMatches": [{"Similarity": alike, "Face": face} for alike, face in matches],
        "UnmatchedFaces": [face for alike, face in compared if alike < threshold],
    }


def _good(service: Service, picture: Picture, faces: list[Face], quality_filter: str) -> list[tuple[Face, Quality]]:
    """Those that pass the filter; the others are neither matched nor unmatched."""
    measured = [(face, service.quality(picture, face)) for face in faces]
    return [(face, quality) for face, quality in measured if not reasons_against(quality, quality_filter)]


def _likeness(service: Service, source: Picture, probe: Face, target: Picture, faces: list[Face]) -> list[float]:
    vector = service.vector(source, probe).astype(np.float64)
    cosines = [float(vector @ service.vector(target, face)) for face in faces]
    return [float(alike) for alike in similarity(np.clip(cosines, -1, 1))]
