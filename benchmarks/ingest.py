"""Ingestion against the case server without a request limit, with the tables, buckets and functions of the local cloud.

backfill: every case of 14,444 is new: metadata (records, tables, audit), cases a second, memory over time.
unchanged: a run that finds nothing new among 26,647 cases: requests, seconds, memory.
again: the same interval twice, with photos: vectors added and objects changed by the second run.

The steps run in processes of their own, two at a time as on two cores, and share the machine with the servers.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

import boto3
import psutil
import requests

from benchmarks.report import Report, options
from benchmarks.system import EVERYTHING, ingest, local_system
from homeward import bootstrap
from homeward.settings import Setting

PARTS = ("backfill", "unchanged", "again")
BACKFILL, INDEX, WITH_PHOTOS, QUICK = 14_444, 26_647, 300, 500
WORKERS, BATCH = 2, 100  # processes that fetch, and cases per batch
MEGABYTE = 1e6


def resident() -> float:
    """Megabytes of this process in memory now."""
    return psutil.Process().memory_info().rss / MEGABYTE


def fetch(run: str, batch: str) -> tuple[int, float]:
    """Fetch a batch as a task does; its cases and the process's memory after it."""
    counts = bootstrap.fetch_cases("namus")(run, batch)
    return sum(counts["cases"].values()), resident()


def fill(run: str) -> dict[str, Any]:
    """Bring every case in; the time is that of the batches alone, the processes having started."""
    bootstrap.sweep_cases("namus")(run)
    names = [batch["batch"] for batch in bootstrap.diff_cases("namus")(run, *EVERYTHING, BATCH)]
    memory: list[float] = []
    cases = 0
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as workers:
        wait([workers.submit(resident) for _ in range(WORKERS)])
        began = time.perf_counter()
        for done, megabytes in workers.map(fetch, [run] * len(names), names):
            cases += done
            memory.append(megabytes)
            print(f"\r  {cases:,} cases", end="", file=sys.stderr, flush=True)
        seconds = time.perf_counter() - began
    print(file=sys.stderr)
    quarter = max(1, len(memory) // 4)
    return {
        "cases": cases,
        "seconds": round(seconds, 1),
        "cases a second": round(cases / seconds, 1),
        "memory of a worker, MB, first quarter": round(max(memory[:quarter])),
        "memory of a worker, MB, last quarter": round(max(memory[-quarter:])),
    }


def unchanged(run: str) -> dict[str, Any]:
    """A run as the DAG does it, in a process of its own; what it asked of the case server comes from that server.

    A run before it finishes what the filling left: the photos that wait for the collection.
    """
    ingest("settling")
    _requests("DELETE")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as worker:
        seconds, peak, report = worker.submit(_whole_run, run).result()
    if any(report["diff"][kind] for kind in ("new", "changed", "returned", "retried")) or report["index"]["INDEXED"]:
        raise RuntimeError(f"the run found something to do: {report['diff']}, {report['index']}")
    return {"seconds": seconds, "peak memory, MB": peak, "requests": _requests("GET")}


def _whole_run(run: str) -> tuple[float, int, dict[str, Any]]:
    began = time.perf_counter()
    report = ingest(run)
    seconds = time.perf_counter() - began
    unit = 1 if sys.platform == "darwin" else 1024
    return round(seconds, 1), round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE), report


def _requests(method: str) -> Any:
    answer = requests.request(method, f"{os.environ['HOMEWARD_NAMUS_URL']}/_control/requests", timeout=10)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def state() -> dict[str, str]:
    """A digest of everything that a sync keeps: objects (runs' own files aside), rows, and vectors."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in _kept()}


def _kept() -> Iterator[tuple[str, str]]:
    names = bootstrap.settings()
    objects = boto3.client("s3").get_paginator("list_object_versions").paginate(Bucket=names[Setting.CASES_BUCKET])
    for item in (item for page in objects for item in page.get("Versions", []) if not item["Key"].startswith("sync/")):
        yield f"object {item['Key']} {item['VersionId']}", f"{item['ETag']} {item['LastModified']}"
    for table in (Setting.CASES_TABLE, Setting.PHOTOS_TABLE, Setting.SUPPRESSIONS_TABLE, Setting.FAILURES_TABLE):
        for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=names[table]):
            for item in page["Items"]:
                yield f"row {table} {item['case']} {item.get('photo_id')}", json.dumps(item, sort_keys=True)
    collection = boto3.client("ssm").get_parameter(Name=names[Setting.COLLECTION_PARAMETER])["Parameter"]["Value"]
    for page in boto3.client("rekognition").get_paginator("list_faces").paginate(CollectionId=collection):
        for face in page["Faces"]:
            yield f"vector {face['FaceId']}", json.dumps(face, sort_keys=True)


def again() -> dict[str, Any]:
    """Two runs over the same interval, and what the second one changed."""
    first = ingest("first")
    before = state()
    second = ingest("second")
    after = state()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    kinds = ("object", "row", "vector")
    return {
        "photos indexed by the first run": first["cost"]["index_faces_calls"],
        "outcomes": [first["outcome"], second["outcome"]],
        "kept after the first run": {kind: sum(name.startswith(kind) for name in before) for kind in kinds},
        "changed by the second run": {kind: sum(name.startswith(kind) for name in changed) for kind in kinds},
    }


def main() -> int:
    """Measure and show."""
    chosen = options(__doc__ or "", parts=PARTS)
    report = Report("ingest")
    for part in [chosen.only] if chosen.only else PARTS:
        size = {"backfill": BACKFILL, "unchanged": INDEX, "again": WITH_PHOTOS}[part]
        cases = ("--cases", str(min(size, QUICK) if chosen.quick else size))
        with tempfile.TemporaryDirectory() as folder:
            with local_system(Path(folder), *cases, *(["--faces"] if part == "again" else [])):
                if part == "again":
                    report.figures["the same interval again"] = again()
                    continue
                filled = fill("filling")
                if part == "backfill":
                    report.figures["backfill, metadata"] = filled
                else:
                    report.figures["run without news"] = {"cases": filled["cases"], **unchanged("nothing-new")}
            bootstrap.settings.cache_clear()
    report.show()
    report.write(chosen.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
