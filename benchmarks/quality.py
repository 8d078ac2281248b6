"""What the quality bars of the face service keep out: `python -m benchmarks.quality`.

Photos of people who do not exist are blurred, darkened and made smaller, step by step, and compared with their person's
first photo, which stays clear. Each step tells what the service measures, how many pairs are missed at similarity 80
and 99, and how many faces pass each QualityFilter; then the same pairs again, ordered by what was measured. Poses are
those that the photos happen to have.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from benchmarks.pictures import drawn_people
from benchmarks.report import Report, options
from standins.rekognition.faces import FaceReader, Vector
from standins.rekognition.images import Pixels
from standins.rekognition.models import find_models
from standins.rekognition.quality import BARS, Quality, measure, reasons_against
from standins.rekognition.similarity import IMPOSTORS_END, SAME_PERSON

SENSOR_NOISE = 2.0  # grey values of 255
FILTERS = [name for name in BARS if name != "NONE"]


@dataclass(frozen=True)
class Sweep:
    """A way to spoil a picture in steps, and the measured quality that should fall with them."""

    name: str
    levels: tuple[float, ...]
    spoil: Callable[[Pixels, float], Pixels]
    quality: str


@dataclass(frozen=True)
class Probe:
    """What was read of a spoiled picture."""

    quality: Quality
    cosine: float


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """Blurred as by a lens out of focus; sigma in pixels of a picture 640 px wide."""
    return cv2.GaussianBlur(pixels, (0, 0), sigma) if sigma else pixels


def darkened(pixels: Pixels, share: float) -> Pixels:
    """This share of the light, with the noise of a sensor that doesn't depend on it; in whole grey values."""
    noise = np.random.default_rng(0).normal(0, SENSOR_NOISE, pixels.shape)
    return np.asarray(np.clip(pixels * share + noise, 0, 255), np.uint8)


def smaller(pixels: Pixels, side: float) -> Pixels:
    """The picture, `side` pixels wide, on a grey ground of its former size."""
    ground = np.full_like(pixels, 110)
    small = cv2.resize(pixels, (int(side), int(side)), interpolation=cv2.INTER_AREA)
    ground[: len(small), : len(small)] = small
    return ground


SWEEPS = (
    Sweep("blur", (0, 1, 2, 3, 4, 6, 8, 10, 12, 16), blurred, "sharpness"),
    Sweep("light", (1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05), darkened, "brightness"),
    Sweep("size", (640, 320, 160, 110, 80, 64, 50, 40, 32), smaller, "side"),
)
YAWS = (0, 15, 30, 45, 60, 90)


def main() -> int:
    """Print the figures, and write them as JSON when asked to."""
    chosen = options(__doc__ or "")
    probes = _collect(10 if chosen.quick else 50)
    report = Report("quality")
    for sweep in SWEEPS:
        report.figures |= _figures(sweep, probes[sweep.name])
    every = [probe for sweep in SWEEPS for _, probe in probes[sweep.name]]
    report.figures |= _by_value("confidence", _bars("confidence"), every, lambda quality: quality.confidence)
    clear = [probe for level, probe in probes["size"] if level == max(SWEEPS[-1].levels)]
    report.figures |= _by_value("yaw", YAWS, clear, lambda quality: abs(quality.pose.yaw))
    report.show()
    report.write(chosen.json)
    return 0


def _collect(people: int) -> dict[str, list[tuple[float, Probe | None]]]:
    """Sweep -> (level, what was read, None where no face was found)."""
    reader = FaceReader(find_models())
    probes: dict[str, list[tuple[float, Probe | None]]] = defaultdict(list)
    for person in drawn_people(people, people):
        first = _read(reader, person.first.picture)
        for photo in person.further if first else []:
            for sweep in SWEEPS:
                for level in sweep.levels:
                    found = _read(reader, sweep.spoil(photo.picture, level))
                    probe = Probe(found[0], float(found[1] @ first[1])) if found and first else None
                    probes[sweep.name].append((level, probe))
    return probes


def _read(reader: FaceReader, pixels: Pixels) -> tuple[Quality, Vector] | None:
    faces = reader.find(pixels)
    if not faces:
        return None
    aligned = reader.aligned(pixels, faces[0])
    return measure(faces[0], aligned), reader.embed(aligned)


def _figures(sweep: Sweep, probes: list[tuple[float, Probe | None]]) -> dict[str, Any]:
    """A row for each level and one for each span of the measured value."""
    figures: dict[str, Any] = {}
    for level in sweep.levels:
        at_level = [probe for found_at, probe in probes if found_at == level]
        found = [probe for probe in at_level if probe]
        figures[f"{sweep.name} {level:g}"] = {
            "found": _share(probe is not None for probe in at_level),
            "measured": round(float(np.median([getattr(probe.quality, sweep.quality) for probe in found])), 1)
            if found
            else None,
            **_missed(found),
            **{f"passes {name}": _passing(found, name) for name in FILTERS},
        }
    spoiled = [probe for _, probe in probes if probe]
    return figures | _by_value(
        sweep.quality, _bars(sweep.quality), spoiled, lambda quality: float(getattr(quality, sweep.quality))
    )


def _bars(quality: str) -> tuple[float, ...]:
    """The spans between the bars of the QualityFilters."""
    return (0, *(float(getattr(BARS[name], quality)) for name in FILTERS), float("inf"))


def _by_value(
    name: str, edges: tuple[float, ...], probes: Iterable[Probe | None], value: Callable[[Quality], float]
) -> dict[str, Any]:
    found = [probe for probe in probes if probe]
    return {
        f"{name}, measured {low:g} to {high:g}": _missed([p for p in found if low <= value(p.quality) < high])
        for low, high in pairwise(edges)
    }


def _missed(probes: list[Probe]) -> dict[str, Any]:
    return {
        "pairs": len(probes),
        "missed at 80": _share(probe.cosine < SAME_PERSON for probe in probes),
        "missed at 99": _share(probe.cosine < IMPOSTORS_END for probe in probes),
    }


def _passing(probes: list[Probe], quality_filter: str) -> float | None:
    return _share(not reasons_against(probe.quality, quality_filter) for probe in probes)


def _share(outcomes: Iterable[bool]) -> float | None:
    counted = list(outcomes)
    return round(sum(counted) / len(counted), 3) if counted else None


if __name__ == "__main__":
    sys.exit(main())
