"""What YuNet's outputs mean: anchor-free cells on three grids, as OpenCV's FaceDetectorYN reads them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Candidates: TypeAlias = NDArray[np.float32]
"""n x 15: left, top, width, height, five landmarks (x, y), score."""

MIN_SCORE = 0.6
_STRIDES = (8, 16, 32)
_MOST = 1000
_SAME_IOU = 0.3
# A "face" that lies within another one is an eye, a chin or a reflection of it.
_SAME_WITHIN = 0.6


def candidates(outputs: Any, width: int) -> Candidates:
    """Cells that score MIN_SCORE or more, in pixels of the network's input, `width` wide; best first, at most 1,000."""
    rows = np.concatenate([_grid(outputs, width, stride) for stride in _STRIDES])
    return best_first(rows)[:_MOST]


def best_first(rows: Candidates) -> Candidates:
    """The rows in the order of their scores."""
    return rows[np.argsort(-rows[:, 14], kind="stable")]


def distinct(rows: Candidates) -> Candidates:
    """The first row of every group that shows the same face, in the order of `rows`."""
    kept = []
    while len(rows):
        kept.append(rows[0])
        rows = rows[1:][~_same(rows[0], rows[1:])]
    return np.array(kept, np.float32).reshape(-1, 15)


def _grid(outputs: Any, width: int, stride: int) -> Candidates:
    probability = np.clip(outputs[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(outputs[f"obj_{stride}"][0, :, 0], 0, 1)
    score = np.sqrt(probability)
    index = np.flatnonzero(score >= MIN_SCORE)
    cell = np.stack([index % (width // stride), index // (width // stride)], axis=1).astype(np.float32)
    box = outputs[f"bbox_{stride}"][0, index]
    size = np.exp(box[:, 2:4]) * stride
    corner = (cell + box[:, :2]) * stride - size / 2
    landmarks = (outputs[f"kps_{stride}"][0, index].reshape(-1, 5, 2) + cell[:, np.newaxis]) * stride
    return np.concatenate([corner, size, landmarks.reshape(-1, 10), score[index, np.newaxis]], axis=1, dtype=np.float32)


def _same(one: NDArray[np.float32], others: Candidates) -> NDArray[np.bool_]:
    low = np.maximum(one[:2], others[:, :2])
    high = np.minimum(one[:2] + one[2:4], others[:, :2] + others[:, 2:4])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    own, areas = one[2] * one[3], np.prod(others[:, 2:4], axis=1)
    same: NDArray[np.bool_] = (shared > _SAME_IOU * (own + areas - shared)) | (
        shared > _SAME_WITHIN * np.minimum(own, areas)
    )
    return same
