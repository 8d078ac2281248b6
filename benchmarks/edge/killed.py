"""kill -9 and a network that is cut, at random moments of a busy video."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.edge.agent import configured, events_of, run, start
from benchmarks.edge.videos import Video
from benchmarks.report import Report
from tests.contract.edge.wire import wire_to

MOMENTS = 50
LONGEST_SECONDS = 9.0  # until the next kill: the agent takes about two to start
PAUSE_SECONDS = 0.5  # of the network, at most


def killed(report: Report, video: Video, folder: Path, cloud: str, bucket: str) -> int:
    """How many shots were lost or doubled."""
    chance, log = random.Random(0), folder / "log"
    config = configured(folder, bucket, str(video.path), pace="fast", id="killed")
    cuts = 0
    with wire_to(cloud) as wire:
        for moment in range(MOMENTS):
            print(f"killed: {moment}/{MOMENTS}", file=sys.stderr)
            process = start(config, wire.url, log)
            deadline = time.monotonic() + chance.uniform(1.5, LONGEST_SECONDS)
            while time.monotonic() < deadline and process.poll() is None:
                time.sleep(chance.uniform(0, PAUSE_SECONDS))
                wire.cut()
                cuts += 1
                time.sleep(chance.uniform(0, PAUSE_SECONDS))
                wire.mend()
            if process.poll() is None:
                process.kill()
            process.wait()
    run(config, cloud, log)
    told = {event["key"] for event in events_of(log) if event["event"] == "shot"}
    stored = _stored(cloud, bucket)
    lost, doubled = told - set(stored), [key for key, versions in stored.items() if versions > 1]
    left = list((folder / "spool" / "killed").glob("*"))
    report.figures.update(
        {
            "killed: kills, cuts of the network": f"{MOMENTS}, {cuts}",
            "killed: shots": len(told),
            "killed: lost, twice in S3, left on disk": f"{len(lost)}, {len(doubled)}, {len(left)}",
        }
    )
    return len(lost) + len(doubled) + len(left)


def _stored(cloud: str, bucket: str) -> Counter[str]:
    session = boto3.Session("test", "test", region_name="us-east-1")
    s3: Any = session.client("s3", endpoint_url=cloud, config=Config(s3={"addressing_style": "path"}))
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix="crops/killed/")
    return Counter(version["Key"] for page in pages for version in page.get("Versions", []))
