"""How well the face service tells people apart, and what its similarity means: `python -m benchmarks.similarity`.

People who do not exist are drawn without any selection: each gives one photo, and some give further ones. Every two
first photos are an impostor pair; a further photo with its person's first one is a genuine pair, once as it is and once
as a camera would show it (160 px, blurred, strongly compressed). The peer is OpenCV's own code for the same two models,
on the same pictures. Drawn people resemble each other more than real ones do, so the impostor figures are cautious.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures import Person, Read, Vectors, as_camera, drawn_people, opencv_code, our_code
from benchmarks.report import Report, options
from standins.rekognition.similarity import IMPOSTORS_END, SAME_PERSON, similarity

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
    ours, opencv = _collect(people, with_more)
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


def _collect(people: int, with_more: int) -> tuple[Readings, Readings]:
    readers, results = (our_code(), opencv_code()), (Readings(), Readings())
    for person in drawn_people(people, with_more):
        _read_person(person, readers, results)
    return results


def _read_person(person: Person, readers: tuple[Read, Read], results: tuple[Readings, Readings]) -> None:
    """Add a person's vectors, where both implementations find a face in each of the pictures."""
    firsts = _both(person.first.data, readers)
    if firsts is None:
        return
    for vector, result in zip(firsts, results, strict=True):
        result.first.append(vector)
    for photo in person.further:
        for kind, data in (("genuine", photo.data), ("camera", as_camera(photo.data))):
            for own, probe, result in zip(firsts, _both(data, readers) or (), results, strict=False):
                getattr(result, kind).append(float(own @ probe))


def _both(data: bytes, readers: tuple[Read, Read]) -> list[Vectors] | None:
    vectors = [vector for read in readers if (vector := read(data)) is not None]
    return vectors if len(vectors) == len(readers) else None


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
