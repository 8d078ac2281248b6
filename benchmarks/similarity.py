"""How well the face service tells people apart, and what its similarity means: `python -m benchmarks.similarity`.

People who do not exist are drawn without any selection: each gives one photo, and some give further ones. Every two
first photos are an impostor pair; a further photo with its person's first one is a genuine pair, once as it is and once
as a camera would show it (160 px, blurred, strongly compressed). The peer is OpenCV's own code for the same two models,
on the same pictures. Drawn people resemble each other more than real ones do, so the impostor figures are cautious.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from benchmarks.report import Report, options
from standins.people.faces import FaceReader as OpenCVReader
from standins.people.portraits import Portraits
from standins.rekognition.faces import FaceReader
from standins.rekognition.images import decode
from standins.rekognition.models import find_models
from standins.rekognition.similarity import IMPOSTORS_END, SAME_PERSON, similarity

Vectors: TypeAlias = NDArray[np.float32]

FIRST_PERSON = 200_000  # apart from the people whom tests and demonstrations know
FURTHER_PHOTOS = 3
SIMILARITIES = (80, 90, 95, 99)
QUANTILES = (0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0)


@dataclass
class Readings:
    """What one implementation made of the pictures; rows belong together."""

    first: list[Vectors] = field(default_factory=list)
    genuine: list[float] = field(default_factory=list)
    camera: list[float] = field(default_factory=list)


def main() -> int:
    """Print the figures, and write them as JSON when asked to."""
    chosen = options(__doc__ or "")
    people, with_more = (40, 10) if chosen.quick else (200, 50)
    home = Path(os.environ.get("HOMEWARD_HOME", ".homeward"))
    ours, opencv = _collect(Portraits(home / "benchmarks" / "portraits"), people, with_more)
    report = Report("similarity", figures=_figures(ours), peers=_figures(opencv))
    report.figures |= {"people": len(ours.first), "cosine at 80": SAME_PERSON, "cosine at 99": IMPOSTORS_END}
    report.ratios = {
        label: share / report.peers[label]
        for label, share in report.figures.items()
        if label.startswith(("passed", "missed")) and report.peers[label]
    }
    report.show()
    report.write(chosen.json)
    return 0


def _collect(portraits: Portraits, people: int, with_more: int) -> tuple[Readings, Readings]:
    reader, reference = FaceReader(find_models()), OpenCVReader()

    def our_vector(data: bytes) -> Vectors | None:
        pixels = decode(data).pixels
        face = reader.largest(pixels)
        return None if face is None else reader.embed(reader.aligned(pixels, face))

    def their_vector(data: bytes) -> Vectors | None:
        faces = reference.read(decode(data).pixels.astype(np.uint8))
        return max(faces, key=lambda face: face.box.width * face.box.height).vector if faces else None

    readers = (our_vector, their_vector)
    results = (Readings(), Readings())
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("drawing and reading people", total=people)
        for person in range(FIRST_PERSON, FIRST_PERSON + people):
            more = FURTHER_PHOTOS if person < FIRST_PERSON + with_more else 0
            _read_person(portraits, person, more, readers, results)
            progress.advance(task)
    return results


def _read_person(portraits: Portraits, person: int, more: int, readers: Any, results: Any) -> None:
    """Add a person's vectors, where both implementations find a face in each of the pictures."""
    first = portraits.get(person)
    if first is None:
        return
    firsts = [read(first.data) for read in readers]
    if any(vector is None for vector in firsts):
        return
    for vector, result in zip(firsts, results, strict=True):
        result.first.append(vector)
    for variant in range(1, more + 1):
        photo = portraits.get(person, variant)
        for kind, data in (("genuine", photo.data), ("camera", _as_camera(photo.data))) if photo else ():
            probes = [read(data) for read in readers]
            if all(vector is not None for vector in probes):
                for own, probe, result in zip(firsts, probes, results, strict=True):
                    getattr(result, kind).append(float(own @ probe))


def _as_camera(data: bytes) -> bytes:
    small = cv2.resize(decode(data).pixels, (160, 160), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", cv2.GaussianBlur(small, (0, 0), 0.8), [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()


def _figures(readings: Readings) -> dict[str, Any]:
    """Spread of the cosines, and the shares of impostors passed and of genuine pairs missed at each similarity."""
    stacked = np.array(readings.first)
    impostor = (stacked @ stacked.T)[np.triu_indices(len(stacked), k=1)]
    genuine, camera = np.array(readings.genuine), np.array(readings.camera)
    figures: dict[str, Any] = {
        "cosines of impostor pairs": _spread(impostor),
        "cosines of genuine pairs": _spread(genuine),
        "cosines of camera pairs": _spread(camera),
    }
    for at in SIMILARITIES:
        figures[f"passed at {at}"] = float(np.mean(similarity(impostor) >= at))
        figures[f"missed at {at}"] = float(np.mean(similarity(genuine) < at))
        figures[f"missed by the camera at {at}"] = float(np.mean(similarity(camera) < at))
    return figures


def _spread(cosines: NDArray[np.floating]) -> dict[str, float]:
    return {"pairs": len(cosines), **{f"q{share}": round(float(np.quantile(cosines, share)), 3) for share in QUANTILES}}


if __name__ == "__main__":
    sys.exit(main())
