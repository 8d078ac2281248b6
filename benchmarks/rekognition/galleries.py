"""Data folders of the face service with as many faces as wanted: random vectors, written by the service's own store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.rekognition.search import unit_vectors
from standins.rekognition.entries import FaceEntry
from standins.rekognition.models import FACE_MODEL_VERSION
from standins.rekognition.store import Store

COLLECTION = "gallery"
_BATCH = 10_000


def nobody(number: int) -> str:
    """No ExternalImageId."""
    return ""


def fill(
    folder: Path,
    faces: int,
    name: str = COLLECTION,
    gathered: float = 0.0,
    named: Callable[[int], str] = nobody,
) -> None:
    """Make a data folder with one collection of that name; `named` gives ExternalImageIds. A batch is one transaction.

    Among 24,620 random vectors some resemble any face. The more `gathered` around one direction, the fewer do.
    """
    store = Store(folder, FACE_MODEL_VERSION)
    try:
        collection = store.create_collection(name, {})
        batches = range(0, faces, _BATCH)
        for begin in track(batches, f"writing {faces:,} faces", console=Console(stderr=True)):
            vectors = unit_vectors(begin, min(_BATCH, faces - begin))
            direction = np.random.default_rng(1).standard_normal(vectors.shape[1])
            vectors = vectors + gathered * direction / np.linalg.norm(direction)
            vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
            entries = (
                FaceEntry(f"picture-{begin + row}", named(begin + row), 0, (0.2, 0.2, 0.5, 0.5), 90.0)
                for row in range(len(vectors))
            )
            store.add_faces(collection, list(zip(entries, vectors, strict=True)))
    finally:
        store.close()
