"""A network camera: shows a recording again and again, as MJPEG over HTTP, in real time."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import av

from benchmarks.edge.videos import RATE
from tests.contract.edge.streams import Part, network_camera, part


def stream(path: Path) -> AbstractContextManager[str]:
    """Its address. The recording's own JPEGs are sent as they are."""
    with av.open(str(path)) as recording:
        pictures = [bytes(packet) for packet in recording.demux(video=0) if packet.size]

    def show(_: int) -> Iterator[Part]:
        began = time.monotonic()
        for number in itertools.count(1):
            yield part(pictures[number % len(pictures)])
            yield max(began + number / RATE - time.monotonic(), 0.0)

    return network_camera(show)
