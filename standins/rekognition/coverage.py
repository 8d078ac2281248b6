"""What of Amazon Rekognition's API is here: every parameter of the face operations, and what answers leave out.

COVERAGE.md is made of this and of the public service model by `python tools/rekognition_coverage.py`; tests hold both
to what the service does. Limits, patterns and errors are the model's own and not repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class State(Enum):
    """How a parameter is treated."""

    REAL = "real"
    APPROXIMATE = "approximate"
    REFUSED = "refused"


@dataclass(frozen=True)
class Treatment:
    """`remark` tells a default, how it is approximated, or why it is refused.

    `refused_values` are values of the public model that end in NotImplementedException.
    """

    state: State
    remark: str = ""
    refused_values: tuple[str, ...] = ()


Parameters: TypeAlias = dict[str, Treatment]


def real(remark: str = "") -> Treatment:
    """As at AWS."""
    return Treatment(State.REAL, remark)


def approximate(how: str, *refused_values: str) -> Treatment:
    """Not quite as at AWS, and how."""
    return Treatment(State.APPROXIMATE, how, refused_values)


def refused(why: str) -> Treatment:
    """A request with it ends in NotImplementedException."""
    return Treatment(State.REFUSED, why)


_UNKNOWN = "no model here can tell it"
_OCCLUSION = "measured and not good enough, see README.md"
_OURS = "AWS doesn't document its default; here"

_IMAGE = real()
_COLLECTION = {"CollectionId": real()}
_PAGES = {"MaxResults": real(f"{_OURS} 1,000"), "NextToken": real("valid in its own list only")}
_FILTER = approximate("default NONE; the bars are our own measures, see README.md")
_THRESHOLD = approximate("default 80; the similarity is our own, see README.md")
_ATTRIBUTES = approximate(
    "default DEFAULT; ALL leaves out what no model here can tell",
    *("AGE_RANGE", "BEARD", "EMOTIONS", "EYE_DIRECTION", "EYEGLASSES", "EYES_OPEN", "GENDER", "MOUTH_OPEN"),
    *("MUSTACHE", "FACE_OCCLUDED", "SMILE", "SUNGLASSES"),
)
_TAGS = real("at most 50 a collection")
_USER = {"UserId": real(), "ClientRequestToken": real("remembered for 24 hours; AWS doesn't document how long")}

OPERATIONS: dict[str, Parameters] = {
    "CreateCollection": {**_COLLECTION, "Tags": _TAGS},
    "DescribeCollection": _COLLECTION,
    "ListCollections": _PAGES,
    "DeleteCollection": _COLLECTION,
    "DetectFaces": {"Image": _IMAGE, "Attributes": _ATTRIBUTES},
    "IndexFaces": {
        **_COLLECTION,
        "Image": _IMAGE,
        "ExternalImageId": real(),
        "DetectionAttributes": _ATTRIBUTES,
        "MaxFaces": real("default and at most 100, the largest are kept"),
        "QualityFilter": approximate("default AUTO; the bars are our own measures, see README.md"),
    },
    "ListFaces": {**_COLLECTION, **_PAGES, "UserId": real(), "FaceIds": real()},
    "DeleteFaces": {**_COLLECTION, "FaceIds": real()},
    "SearchFaces": {
        **_COLLECTION,
        "FaceId": real("the face itself is not among the matches"),
        "MaxFaces": real(f"{_OURS} 5"),
        "FaceMatchThreshold": _THRESHOLD,
    },
    "SearchFacesByImage": {
        **_COLLECTION,
        "Image": real("the largest face is searched"),
        "MaxFaces": real(f"{_OURS} 5"),
        "FaceMatchThreshold": _THRESHOLD,
        "QualityFilter": _FILTER,
    },
    "CompareFaces": {
        "SourceImage": real("its largest face is compared; none is an error"),
        "TargetImage": real("with its 100 largest faces; none is an error"),
        "SimilarityThreshold": _THRESHOLD,
        "QualityFilter": _FILTER,
    },
    "CreateUser": {**_COLLECTION, **_USER},
    "DeleteUser": {**_COLLECTION, **_USER},
    "ListUsers": {**_COLLECTION, **_PAGES, "MaxResults": real(f"{_OURS} 500")},
    "AssociateFaces": {
        **_COLLECTION,
        **_USER,
        "FaceIds": real("at most 100 faces a user"),
        "UserMatchThreshold": approximate(
            "default 75; compared with the mean of the user's faces, the first with none"
        ),
    },
    "DisassociateFaces": {**_COLLECTION, **_USER, "FaceIds": real()},
    "SearchUsers": {
        **_COLLECTION,
        "UserId": real("either this or FaceId; an unknown one is InvalidParameterException"),
        "FaceId": real("either this or UserId"),
        "UserMatchThreshold": _THRESHOLD,
        "MaxUsers": real(f"{_OURS} 5"),
    },
    "SearchUsersByImage": {
        **_COLLECTION,
        "Image": real("the largest face is searched; no face is no error"),
        "UserMatchThreshold": _THRESHOLD,
        "MaxUsers": real(f"{_OURS} 5"),
        "QualityFilter": _FILTER,
    },
    "TagResource": {"ResourceArn": real("a collection's"), "Tags": _TAGS},
    "UntagResource": {"ResourceArn": real("a collection's"), "TagKeys": real()},
    "ListTagsForResource": {"ResourceArn": real("a collection's")},
}
"""Operation -> input parameter -> treatment, for every operation that is here."""

STRUCTURES: dict[str, Parameters] = {
    "Image": {
        "Bytes": real("JPEG or PNG, at most 64 million pixels"),
        "S3Object": real("read at AWS_ENDPOINT_URL of the service's own environment"),
    },
    "S3Object": {"Bucket": real(), "Name": real("at most 15 MB"), "Version": real()},
}
"""Structure inside a request -> member -> treatment."""

_NULL = "AWS leaves it empty too, since the face model 3"

LEFT_OUT: dict[str, dict[str, str]] = {
    "FaceDetail": {
        **dict.fromkeys(("AgeRange", "Smile", "Eyeglasses", "Sunglasses", "Gender", "Beard"), _UNKNOWN),
        **dict.fromkeys(("Mustache", "EyesOpen", "MouthOpen", "Emotions", "EyeDirection"), _UNKNOWN),
        "FaceOccluded": _OCCLUSION,
    },
    "ComparedFace": {"Smile": _UNKNOWN, "Emotions": _UNKNOWN},
    "DetectFacesResponse": {"OrientationCorrection": _NULL},
    "IndexFacesResponse": {"OrientationCorrection": _NULL},
    "CompareFacesResponse": {"SourceImageOrientationCorrection": _NULL, "TargetImageOrientationCorrection": _NULL},
}
"""Structure of an answer -> member that is never there -> why."""

_SIMILARITY = "from the cosine of two vectors, calibrated on drawn people"
_AT_ONCE = "CREATED or ACTIVE: every change is done before the answer, so nobody is ever UPDATING"

APPROXIMATED: dict[str, dict[str, str]] = {
    "FaceDetail": {
        "Confidence": "the detector's score times 100; a clear face has about 94",
        "Landmarks": "the five of DEFAULT, also with ALL",
        "Pose": "estimated from the five landmarks",
        "Quality": "our own measures of brightness and sharpness",
    },
    "FaceMatch": {"Similarity": _SIMILARITY},
    "CompareFacesMatch": {"Similarity": _SIMILARITY},
    "UserMatch": {"Similarity": f"{_SIMILARITY}; a user's vector is the mean of its faces'"},
    "User": {"UserStatus": _AT_ONCE},
    "MatchedUser": {"UserStatus": _AT_ONCE},
    "UnindexedFace": {"Reasons": "LOW_FACE_QUALITY is never given: nothing that is measured here adds to the others"},
    "ComparedFace": {
        "Confidence": "as in FaceDetail",
        "Landmarks": "as in FaceDetail",
        "Pose": "as in FaceDetail",
        "Quality": "as in FaceDetail",
    },
}
"""Structure of an answer -> member -> how it differs."""

NEVER_ANSWERED = {
    "AccessDeniedException": "nobody is turned away: signatures and permissions are not checked",
}
"""Errors of the face operations that never come from here -> why."""
