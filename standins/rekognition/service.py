"""What every operation works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standins.rekognition.errors import InvalidParameterError
from standins.rekognition.faces import Face, FaceReader, Vector
from standins.rekognition.images import Picture, decode
from standins.rekognition.quality import Quality, measure, reasons_against
from standins.rekognition.s3 import PictureBucket
from standins.rekognition.store import Store
from standins.rekognition.users import Users


@dataclass(frozen=True)
class Service:
    """Where faces are kept, what finds and reads them, and where pictures come from."""

    store: Store
    users: Users
    reader: FaceReader
    bucket: PictureBucket

    def picture(self, image: dict[str, Any]) -> Picture:
        """The picture of an `Image` parameter. Raises InvalidParameterError and the errors of images.py and s3.py."""
        if ("Bytes" in image) == ("S3Object" in image):
            raise InvalidParameterError("Request has invalid parameters: an image needs either Bytes or S3Object")
        return decode(image["Bytes"] if "Bytes" in image else self.bucket.read(image["S3Object"]))

    def largest(self, picture: Picture, quality_filter: str) -> Face | None:
        """The largest of the picture's faces that pass a QualityFilter, None when there is none."""
        if quality_filter == "NONE":
            return self.reader.largest(picture.pixels)
        faces = self.reader.find(picture.pixels)
        good = (face for face in faces if not reasons_against(self.quality(picture, face), quality_filter))
        return next(good, None)

    def vector(self, picture: Picture, face: Face) -> Vector:
        """The unit vector of a face of the picture."""
        return self.reader.embed(self.reader.aligned(picture.pixels, face))

    def quality(self, picture: Picture, face: Face) -> Quality:
        """The measured quality of a face of the picture."""
        return measure(face, self.reader.aligned(picture.pixels, face))
