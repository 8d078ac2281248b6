"""From pixels to faces and vectors: YuNet finds, OpenCV aligns, SFace embeds (both networks run in OpenVINO).

All arithmetic is 32-bit, so that every processor gives the same result as OpenCV's own reference code.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import openvino as ov  # type: ignore[import-untyped]
from numpy.typing import NDArray
from openvino.preprocess import PrePostProcessor  # type: ignore[import-untyped]

from standins.rekognition.images import Pixels
from standins.rekognition.models import ModelFiles
from standins.rekognition.yunet import Candidates, best_first, candidates, distinct

Vector: TypeAlias = NDArray[np.float32]

DIMENSIONS = 128
MAX_FACES = 100
"""A picture's largest faces; no more are told, as at AWS."""

_COARSE, _FINE = 320, (640, 1280)
# Inputs grow in steps: whole numbers of the detector's coarsest cells, little empty space around the picture, and few
# different large ones (the network keeps what it prepared for each).
_STEP = {320: 32, 640: 128, 1280: 256}
# Where YuNet sees best: faces of 96 px or more in the coarse pass are its own, the fine pass looks for smaller ones.
_LARGE_FACE = 96
# AWS finds faces from 40 x 40 px in 1920 x 1080, and in proportion; below 12 px there is nothing to compare.
_SMALLEST_SHARE, _SMALLEST_FACE = 40 / 1920, 12


@dataclass(frozen=True)
class Face:
    """One found face, in pixels of the upright picture.

    `box` is left, top, width, height; `landmarks` are 5 x 2: the eye, then nose, then the mouth corner of each side,
    the picture's left side first. `score` is YuNet's, 0 to 1.
    """

    box: tuple[float, float, float, float]
    landmarks: NDArray[np.float32]
    score: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.box[2] * self.box[3]


class FaceReader:
    """Finds, aligns and embeds faces. Safe to use from several threads."""

    def __init__(self, files: ModelFiles) -> None:
        core = ov.Core()
        # A stream a core: requests of several callers don't wait for each other, and share no threads.
        settings = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32", "ENABLE_CPU_PINNING": False}
        self._detectors = {
            name: core.compile_model(_with_pixels(core.read_model(files.detector), free=True), "CPU", settings)
            for name in ("coarse", "fine")
        }
        self._embedder = core.compile_model(_with_pixels(core.read_model(files.embedder)), "CPU", settings)
        self._requests = threading.local()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        self._aligner = cv2.FaceRecognizerSF.create(str(files.embedder), "")
        # The first use of an OpenVINO tensor sets something up, and two threads that come at once wait for each other
        # for ever: one holds its lock and wants Python's, the other the reverse. So it happens here, before they come.
        self.embed(np.zeros((112, 112, 3), np.uint8))

    def find(self, pixels: Pixels) -> list[Face]:
        """The faces in a picture, largest first, at most MAX_FACES."""
        coarse = self._pass(pixels, _COARSE)
        return self._all(pixels, coarse)

    def largest(self, pixels: Pixels) -> Face | None:
        """The first face that `find` gives, without looking for small ones when there is a large one."""
        coarse = self._pass(pixels, _COARSE)
        large = coarse[_side(coarse) >= self._large(pixels)]
        faces = _faces(distinct(large)) or self._all(pixels, coarse)
        return faces[0] if faces else None

    def aligned(self, pixels: Pixels, face: Face) -> Pixels:
        """The face turned upright and cut out, 112 x 112."""
        row = np.array([*face.box, *face.landmarks.ravel(), face.score], np.float32)
        return self._aligner.alignCrop(pixels, row[np.newaxis])

    def embed(self, aligned: Pixels) -> Vector:
        """The unit vector of an aligned face."""
        red_first = cv2.cvtColor(aligned, cv2.COLOR_BGR2RGB)
        vector: Vector = self._infer("embedder", self._embedder, red_first)[0].flatten()
        return vector / np.linalg.norm(vector)

    def _all(self, pixels: Pixels, coarse: Candidates) -> list[Face]:
        long_side = max(pixels.shape[:2])
        large = self._large(pixels)
        found = [coarse[_side(coarse) >= large], coarse[_side(coarse) < large]]
        if long_side > _COARSE:
            fine = self._pass(pixels, next((side for side in _FINE if side >= long_side), _FINE[-1]))
            # Its large ones are new only where the coarse pass saw nothing: the first of the same face stays.
            found[1] = best_first(np.concatenate([found[1], fine]))
        rows = distinct(np.concatenate(found))
        return _faces(rows[_side(rows) >= max(_SMALLEST_FACE, _SMALLEST_SHARE * long_side)])[:MAX_FACES]

    def _large(self, pixels: Pixels) -> float:
        """How long a side makes a face large, in pixels of the picture."""
        return _LARGE_FACE * max(1.0, float(max(pixels.shape[:2])) / _COARSE)

    def _pass(self, pixels: Pixels, side: int) -> Candidates:
        """Faces found with the picture shrunk (never enlarged) to `side`, in pixels of the picture."""
        height, width = pixels.shape[:2]
        scale = min(1.0, side / max(height, width))
        if scale < 1.0:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        name = "coarse" if side == _COARSE else "fine"
        canvas = _canvas(pixels, side)
        found = candidates(self._infer(name, self._detectors[name], canvas), canvas.shape[1])
        found[:, :14] /= scale
        return found

    def _infer(self, name: str, network: ov.CompiledModel, pixels: Pixels) -> Any:
        """The network's outputs, by position or name. An infer request belongs to one thread at a time."""
        request = getattr(self._requests, name, None)
        if request is None:
            request = network.create_infer_request()
            setattr(self._requests, name, request)
        return request.infer({0: pixels[np.newaxis]})


def _with_pixels(network: ov.Model, free: bool = False) -> ov.Model:
    """The network with pixels (height x width x 3, 8 bits) as its input, of any size when it is `free`."""
    if free:
        network.reshape([1, 3, -1, -1])
    steps = PrePostProcessor(network)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    steps.input().model().set_layout(ov.Layout("NCHW"))
    return steps.build()


def _canvas(pixels: Pixels, side: int) -> Pixels:
    """The picture, which isn't larger than `side`, with black added at its right and below."""
    height, width = (-(-length // _STEP[side]) * _STEP[side] for length in pixels.shape[:2])
    if (height, width) == pixels.shape[:2]:
        return pixels
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[: pixels.shape[0], : pixels.shape[1]] = pixels
    return canvas


def _side(rows: Candidates) -> NDArray[np.float32]:
    return np.maximum(rows[:, 2], rows[:, 3])


def _faces(rows: Candidates) -> list[Face]:
    """Faces from rows, largest first."""
    rows = rows[np.argsort(-rows[:, 2] * rows[:, 3], kind="stable")]
    boxes = ((float(row[0]), float(row[1]), float(row[2]), float(row[3])) for row in rows)
    return [Face(box, row[4:14].reshape(5, 2), float(row[14])) for box, row in zip(boxes, rows, strict=True)]
