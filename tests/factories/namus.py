"""NamUs answers about people who do not exist, and a scripted server that serves them."""

from __future__ import annotations

import copy
from typing import Any

import cv2
import numpy as np

ROOT = "/api/CaseSets/NamUs"
CASES = f"{ROOT}/MissingPersons/Cases"


def jpeg(width: int = 120, height: int = 100, shade: int = 90) -> bytes:
    """A picture without a face."""
    return cv2.imencode(".jpg", np.full((height, width, 3), shade, np.uint8))[1].tobytes()


def image(identity: int = 61676, category: str = "FacialCaseId", **changes: Any) -> dict[str, Any]:
    files = {"original": {"mimeType": "image/pjpeg", "storageKey": f"{identity:032x}"}}
    values = {"id": identity + 7, "identityId": identity, "category": {"id": 1, "name": category}, "isPublic": True}
    return {**values, "files": files, **changes}


def record(number: int = 51557, **changes: Any) -> dict[str, Any]:
    """A case record as the service sends it; `changes` replace whole sections."""
    values = {
        "id": number,
        "idFormatted": f"MP{number}",
        "publicationStatus": {"id": 1, "name": "Published"},
        "createdDateTime": "2026-11-01T10:00:00.5",
        "modifiedDateTime": "2026-11-20T12:00:00",
        "caseIsResolved": False,
        "subjectIdentification": {
            "firstName": "Testina",
            "lastName": "Sample",
            "currentMinAge": 30,
            "currentMaxAge": 31,
        },
        "subjectDescription": {
            "sex": {"id": 2, "name": "Female"},
            "ethnicities": [{"id": 4, "name": "Asian"}, {"id": 1, "name": "White / Caucasian"}],
            "primaryEthnicity": {"id": 0, "name": "Multiple"},
        },
        "sighting": {
            "date": "2018-03-04",
            "address": {"city": "Mapleton", "state": {"name": "Iowa"}},
            "publicGeolocation": {
                "coordinates": {"lat": 42.17, "lon": -95.79},
                "formattedAddress": "Mapleton, IA, USA",
            },
        },
        "images": [image()],
    }
    return copy.deepcopy({**values, **changes})


def index_row(found: dict[str, Any]) -> dict[str, Any]:
    """The search result that belongs to a record."""
    names = ("createdDateTime", "modifiedDateTime")
    return {"namus2Number": found["id"], **{name: found[name] for name in names}, "link": "/", "image": "/"}
