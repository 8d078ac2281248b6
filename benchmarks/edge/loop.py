"""The agent for a long time: a camera that shows the same minute again and again, in real time."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import psutil

from benchmarks.edge.agent import configured, events_of, start
from benchmarks.edge.camera import stream
from benchmarks.edge.videos import Video
from benchmarks.report import Report

MINUTES, QUICK_MINUTES = 120.0, 1.0
SETTLED = 0.2  # of the time: what comes before is warming up
MEGABYTE = 1_000_000


def loop(report: Report, video: Video, folder: Path, cloud: str, bucket: str, quick: bool) -> None:
    """Watch its memory; tell how much it grew after it had settled."""
    minutes = QUICK_MINUTES if quick else MINUTES
    with stream(video.path) as url:
        log = folder / "log"
        process = start(configured(folder, bucket, url, id="loop"), cloud, log)
        samples = _watch(process, minutes)
        process.terminate()
        process.wait()
    counts = [event for event in events_of(log) if event["event"] == "ended"][-1]
    settled = [size for second, size in samples if second > SETTLED * minutes * 60]
    half = len(settled) // 2
    report.figures.update(
        {
            "loop: minutes": minutes,
            "loop: frames a second": round(counts["frames"] / (minutes * 60), 1),
            "loop: memory at most, MB": round(max(size for _, size in samples) / MEGABYTE),
            "loop: memory, median of the later half less the earlier, MB": round(
                (statistics.median(settled[half:]) - statistics.median(settled[:half])) / MEGABYTE, 1
            ),
            "loop: uploads": counts["uploaded"],
            "loop: waiting": counts["waiting"],
        }
    )


def _watch(process: psutil.Popen, minutes: float) -> list[tuple[float, int]]:
    samples, began, told = list[tuple[float, int]](), time.monotonic(), 0.0
    while (second := time.monotonic() - began) < minutes * 60:
        samples.append((second, process.memory_info().rss))
        if second - told > 60:
            told = second
            print(f"loop: {second / 60:.0f}/{minutes:.0f} minutes, {samples[-1][1] // MEGABYTE} MB", file=sys.stderr)
        time.sleep(1)
    return samples
