"""Exact search among random unit vectors: time by number of faces, and the same answers as in 64 bits."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.rekognition import peers
from benchmarks.report import Report
from standins.rekognition.faces import DIMENSIONS
from standins.rekognition.gallery import Gallery

Vectors: TypeAlias = NDArray[np.float32]
Search: TypeAlias = Callable[[Vectors], Any]

SIZES, QUICK_SIZES = (24_620, 100_000, 250_000, 500_000, 1_000_000), (24_620, 100_000)
MOST = 10
PROBES = 20
TURNS = 15
SECONDS_A_TURN = 0.03


def unit_vectors(seed: int, count: int) -> Vectors:
    """Random directions: count x 128."""
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def measure(report: Report, quick: bool) -> None:
    """Add the figures of this part."""
    module = peers.faiss()
    ours: dict[int, float] = {}
    for count in QUICK_SIZES if quick else SIZES:
        print(f"searching {count:,} faces", file=sys.stderr)
        ours[count] = _one_size(report, module, count, TURNS // 3 if quick else TURNS)
    sizes, medians = np.array(list(ours)) / 1e6, np.array(list(ours.values()))
    slope, start = np.polyfit(sizes, medians, 1)
    explained = 1 - float(np.sum((medians - (slope * sizes + start)) ** 2) / np.sum((medians - medians.mean()) ** 2))
    report.figures["search, line through the medians"] = {
        "ms a million": round(float(slope), 2),
        "ms at 0": round(float(start), 2),
        "R2": round(explained, 4),
    }


def _one_size(report: Report, module: Any, count: int, turns: int) -> float:
    """Our median in milliseconds."""
    vectors, probes = unit_vectors(count, count), unit_vectors(1, PROBES)
    gallery = Gallery(np.arange(1, count + 1), vectors)
    index = module.IndexFlatIP(DIMENSIONS)
    index.add(vectors)
    threads = module.omp_get_max_threads()
    module.omp_set_num_threads(1)
    times = _in_turns(
        {
            "ours": lambda probe: gallery.nearest(probe, MOST),
            "FAISS flat, 1 thread": lambda probe: index.search(probe[np.newaxis], MOST),
            "matrix product and partial sort": lambda probe: _plain(vectors, probe),
        },
        probes,
        turns,
    )
    # Apart: its waiting threads would slow down whatever comes next.
    module.omp_set_num_threads(threads)
    times |= _in_turns({f"FAISS flat, {threads} threads": lambda p: index.search(p[np.newaxis], MOST)}, probes, turns)
    right = sum(_agrees(gallery, vectors, probe) for probe in probes)
    report.figures[f"search of {count:,}"] = {
        **_spread(times["ours"]),
        "same top 10 as in 64 bits": f"{right} of {PROBES}",
    }
    for name, theirs in times.items():
        if name != "ours":
            report.peers[f"search of {count:,}, {name}"] = _spread(theirs)
            ratios = [own / other for own, other in zip(times["ours"], theirs, strict=True)]
            report.ratios[f"search of {count:,} / {name}"] = round(statistics.median(ratios), 2)
    return statistics.median(times["ours"])


def _in_turns(searches: dict[str, Search], probes: Vectors, turns: int) -> dict[str, list[float]]:
    """Each one's median of every turn, in milliseconds; all of them meet the machine in the same moods."""
    times: dict[str, list[float]] = {name: [] for name in searches}
    for _ in range(turns):
        for name, search in searches.items():
            search(probes[0])
            spent: list[float] = []
            while sum(spent) < SECONDS_A_TURN or len(spent) < 3:
                began = time.perf_counter()
                search(probes[len(spent) % len(probes)])
                spent.append(time.perf_counter() - began)
            times[name].append(1000 * statistics.median(spent))
    return times


def _plain(vectors: Vectors, probe: Vectors) -> NDArray[np.intp]:
    cosines = vectors @ probe
    chosen = np.argpartition(cosines, -MOST)[-MOST:]
    return chosen[np.argsort(-cosines[chosen])]


def _agrees(gallery: Gallery, vectors: Vectors, probe: Vectors) -> bool:
    """Whether the answer is that of a product in 64 bits; equal cosines by number."""
    exact = np.concatenate([part.astype(np.float64) @ probe for part in np.array_split(vectors, 32)])
    expected = np.lexsort((np.arange(len(exact)), -exact))[:MOST] + 1
    return bool(np.array_equal(gallery.nearest(probe, MOST).numbers, expected))


def _spread(milliseconds: list[float]) -> dict[str, float]:
    return {
        "min": round(min(milliseconds), 3),
        "median": round(statistics.median(milliseconds), 3),
        "max": round(max(milliseconds), 3),
    }
