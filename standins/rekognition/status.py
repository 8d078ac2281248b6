"""How the service is doing, for its health page and its metrics: counts and sizes, nothing about any face."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

from standins.rekognition.errors import ResourceNotFoundError
from standins.rekognition.faces import DIMENSIONS
from standins.rekognition.metrics import Measured, Metrics
from standins.rekognition.models import DETECTOR, EMBEDDER, FACE_MODEL_VERSION, SHA256
from standins.rekognition.service import Service
from standins.rekognition.throttling import Throttle

_VECTOR_BYTES = 4 * DIMENSIONS + 8  # a vector and the number of its face
_LIBRARIES = ("opencv-python-headless", "openvino", "numpy")


@dataclass(frozen=True)
class CollectionStatus:
    """`vector_bytes`: what the faces' vectors take in memory; `created`: seconds since the epoch."""

    name: str
    faces: int
    users: int
    created: float

    @property
    def vector_bytes(self) -> int:
        """What the faces' vectors take in memory."""
        return self.faces * _VECTOR_BYTES


@dataclass(frozen=True)
class Status:
    """Sizes in bytes, times in seconds, `rates` and `operations` by operation."""

    collections: tuple[CollectionStatus, ...]
    operations: Mapping[str, Measured]
    rates: Mapping[str, float]
    began: float
    memory: int
    disk: int

    @property
    def faces(self) -> int:
        """Faces of all collections."""
        return sum(collection.faces for collection in self.collections)

    @property
    def users(self) -> int:
        """Users of all collections."""
        return sum(collection.users for collection in self.collections)

    @property
    def uptime(self) -> float:
        """Seconds since the service began."""
        return time.time() - self.began


def look(service: Service, metrics: Metrics, throttle: Throttle, data: Path) -> Status:
    """The status now. Waits for the database, so not for the event loop."""
    return Status(
        collections=_collections(service),
        operations=metrics.operations,
        rates=throttle.rates,
        began=metrics.began,
        memory=psutil.Process().memory_info().rss,
        disk=_size(data),
    )


def models() -> dict[str, str]:
    """The versions that results depend on, by name."""
    digests = {"YuNet": SHA256[DETECTOR], "SFace": SHA256[EMBEDDER]}
    files = {name: f"{digest[:12]}…" for name, digest in digests.items()}
    return {"face model": FACE_MODEL_VERSION, **files, **{name: version(name) for name in _LIBRARIES}}


def _collections(service: Service) -> tuple[CollectionStatus, ...]:
    found = []
    for collection in service.store.collections():
        try:
            faces = service.store.face_count(collection)
        except ResourceNotFoundError:
            continue  # deleted since
        found.append(
            CollectionStatus(collection.name, faces, service.users.count(collection), created=collection.created)
        )
    return tuple(found)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
