"""`python -m standins.rekognition.check DIR`: would IndexFaces take exactly one face from every picture of a folder?

For people who bring their own pictures: what IndexFaces would refuse or take for somebody else is told before anything
is started. Prints a line for each bad picture on stderr; exit code 0 when there is none, else 2.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from standins.rekognition.errors import RekognitionError, StartError
from standins.rekognition.faces import FaceReader
from standins.rekognition.images import MAX_S3_BYTES, decode
from standins.rekognition.models import find_models
from standins.rekognition.quality import measure, reasons_against

SUFFIXES = {".jpg", ".jpeg", ".png"}


def problems(pictures: list[Path], reader: FaceReader) -> Iterator[str]:
    """A line for each picture that can't be used: what is wrong, and how to mend it."""
    for picture in pictures:
        if picture.stat().st_size > MAX_S3_BYTES:
            yield f"{picture}: larger than {MAX_S3_BYTES // 2**20} MB; save it smaller"
            continue
        try:
            pixels = decode(picture.read_bytes()).pixels
        except RekognitionError as error:
            yield f"{picture}: can't be read ({error.message}); replace it or take it out of the folder"
            continue
        faces = reader.find(pixels)
        if not faces:
            yield f"{picture}: no face found; replace it or take it out of the folder"
        elif len(faces) > 1:
            yield f"{picture}: {len(faces)} faces found; cut it to the one person"
        elif reasons := reasons_against(measure(faces[0], reader.aligned(pixels, faces[0])), "AUTO"):
            yield f"{picture}: the face is too poor to be compared ({', '.join(reasons)}); take a better picture"


@contextmanager
def quiet() -> Iterator[None]:
    """Without stderr: OpenCV's JPEG decoder writes remarks there, between the lines that callers read."""
    kept = os.dup(sys.stderr.fileno())
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    try:
        yield
    finally:
        os.dup2(kept, sys.stderr.fileno())
        os.close(kept)


def main() -> int:
    """Check the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m standins.rekognition.check", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="pictures (.jpg, .jpeg, .png), in folders too")
    folder = parser.parse_args().folder
    pictures = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not pictures:
        print(f"{folder}: no picture in it; give a folder with .jpg or .png files", file=sys.stderr)
        return 2
    try:
        with quiet():
            found = list(problems(pictures, FaceReader(find_models(None))))
    except (StartError, OSError) as error:
        found = [str(error)]
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main())
