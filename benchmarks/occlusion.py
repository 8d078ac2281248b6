"""Can a covered face be told from a clear one with these models? `python -m benchmarks.occlusion`.

Masks, sunglasses, a hand and a phone are drawn over the faces of people who do not exist, and over others what doesn't
matter for matching: thin glasses, blur, darkness, a small picture. Each signal that the detector, its landmarks, the
aligned face or the length of the vector could give is told as an area under the curve (0.5: tells nothing, 1: tells
all): how often a covered face gives more alarm than one that isn't. The last one joins all signals in a logistic
regression, taught with other people and other covers than it is asked about. Drawn covers are easier than real ones.
"""

from __future__ import annotations

import sys
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.covers import COVERS, HARMLESS, Array, Layout
from benchmarks.pictures import drawn_people
from benchmarks.report import Report, options
from standins.rekognition.faces import FaceReader
from standins.rekognition.images import Pixels
from standins.rekognition.models import find_models
from standins.rekognition.similarity import IMPOSTORS_END

Signals: TypeAlias = dict[str, float]

# Where alignment puts eyes, nose and corners of the mouth in a face of 112 x 112.
PLACES = np.array([[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]])
REGIONS = {
    "left eye": (slice(44, 60), slice(28, 50)),
    "right eye": (slice(44, 60), slice(62, 84)),
    "nose": (slice(60, 80), slice(46, 66)),
    "mouth": (slice(84, 102), slice(36, 76)),
}
ALL_SIGNALS = "all signals, unseen cover"


class Reader:
    """Everything that could tell a covered face."""

    def __init__(self) -> None:
        files = find_models()
        self.faces = FaceReader(files)
        self._recogniser = cv2.FaceRecognizerSF.create(str(files.embedder), "")

    def read(self, pixels: Pixels) -> tuple[Signals, Array] | None:
        """Signals, each lower when something is wrong as one would expect, and the face's unit vector."""
        found = self.faces.find(pixels)
        if not found:
            return None
        aligned = self.faces.aligned(pixels, found[0])
        vector, mirrored = (self._recogniser.feature(np.ascontiguousarray(a))[0] for a in (aligned, aligned[:, ::-1]))
        grey = cv2.cvtColor(aligned, cv2.COLOR_BGR2GRAY).astype(np.float64)
        contrast = max(float(grey.std()), 1.0)
        length = float(np.linalg.norm(vector))
        signals = {
            "detector's score": found[0].score,
            "length of the vector": length,
            "cosine to the mirrored face": float(vector @ mirrored) / length / float(np.linalg.norm(mirrored)),
            "symmetry": -float(np.abs(grey - grey[:, ::-1]).mean()) / contrast,
            "landmarks as in a mean face": -_misfit(found[0].landmarks.astype(float)),
            **{f"contrast of {name}": float(grey[region].std()) / contrast for name, region in REGIONS.items()},
        }
        return signals, np.asarray(vector / length, np.float64)


def _misfit(landmarks: Array) -> float:
    """How far landmarks lie from their places after the best shift, turn and scale, in pixels of the aligned face."""
    centred, places = landmarks - landmarks.mean(axis=0), PLACES - PLACES.mean(axis=0)
    left, size, right = np.linalg.svd(centred.T @ places)
    fitted = centred @ left @ right * size.sum() / (centred**2).sum()
    return float(np.sqrt(((fitted - places) ** 2).sum(axis=1).mean()))


def main() -> int:
    """Print the figures, and write them as JSON when asked to."""
    chosen = options(__doc__ or "")
    reader = Reader()
    rows: list[tuple[int, str, Signals]] = []
    missed: dict[str, list[bool]] = {name: [] for name in COVERS}
    for number, person in enumerate(drawn_people(12 if chosen.quick else 100, 0)):
        face = reader.faces.find(person.first.picture)[0]
        layout = Layout(person.first.picture, face)
        clear = reader.read(layout.pixels)
        for name, cover in {**COVERS, **HARMLESS}.items():
            read = reader.read(cover(layout))
            if read and clear:
                rows.append((number, name, read[0]))
            if name in missed:
                missed[name].append(read is None or clear is None or bool(read[1] @ clear[1] < IMPOSTORS_END))
    report = Report("occlusion", figures={"people": len(missed["hand"]), **_figures(rows)})
    report.figures |= {f"missed at 99 behind {name}": round(float(np.mean(each)), 3) for name, each in missed.items()}
    report.show()
    report.write(chosen.json)
    return 0


def _figures(rows: list[tuple[int, str, Signals]]) -> dict[str, Any]:
    """Signal -> cover -> area under the curve against everything harmless."""
    kinds = np.array([kind for _, kind, _ in rows])
    harmless = np.isin(kinds, list(HARMLESS))
    figures: dict[str, Any] = {}
    for name in rows[0][2]:
        alarm = -np.array([signals[name] for *_, signals in rows])
        figures[name] = {cover: _area(alarm[kinds == cover], alarm[harmless]) for cover in COVERS}
    people = np.array([person for person, *_ in rows])
    features = _features(np.array([list(signals.values()) for *_, signals in rows]))
    figures[ALL_SIGNALS], figures["caught at 5 % false alarms"] = {}, {}
    for cover in COVERS:
        family = [
            name for name in COVERS if ("mask" in name) == ("mask" in cover) and ("mask" in cover or name == cover)
        ]
        alarm = _taught(features, ~harmless, people, ~np.isin(kinds, family))
        figures[ALL_SIGNALS][cover] = _area(alarm[kinds == cover], alarm[harmless])
        caught = alarm[kinds == cover] > np.quantile(alarm[harmless], 0.95)
        figures["caught at 5 % false alarms"][cover] = round(float(caught.mean()), 2)
    return figures


def _features(signals: Array) -> Array:
    scaled = (signals - signals.mean(axis=0)) / signals.std(axis=0)
    return np.concatenate([scaled, scaled**2, np.ones((len(scaled), 1))], axis=1)


def _taught(features: Array, covered: NDArray[np.bool_], people: Array, shown: NDArray[np.bool_]) -> Array:
    """The alarm for each row, from what one half of the people taught about the other."""
    alarm = np.zeros(len(features))
    for half in (0, 1):
        lessons = (people % 2 != half) & shown
        alarm[people % 2 == half] = features[people % 2 == half] @ _regression(features[lessons], covered[lessons])
    return alarm


def _regression(features: Array, covered: NDArray[np.bool_]) -> Array:
    """Ridge logistic regression by Newton's method, both classes with the same weight."""
    weight = np.where(covered, 0.5 / covered.mean(), 0.5 / (1 - covered.mean()))
    factors = np.zeros(features.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-features @ factors))
        slope = features.T @ (weight * (covered - chance)) - factors
        curve = (features.T * (weight * chance * (1 - chance))) @ features + np.eye(len(factors))
        factors += np.linalg.solve(curve, slope)
    return factors


def _area(alarmed: Array, calm: Array) -> float:
    return round(float((alarmed[:, np.newaxis] > calm[np.newaxis]).mean()), 3)


if __name__ == "__main__":
    sys.exit(main())
