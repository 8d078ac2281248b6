"""What a sync run did, from the files that it left: pure sums, and the list of what is missing.

The report rests on the run's files and on the photo table, not on what tasks said of themselves, so it tells the truth
about a run whose tasks died.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from homeward.domain.cases import PhotoStatus
from homeward.domain.sources import Traffic

COMPLETE, INCOMPLETE = "COMPLETE", "INCOMPLETE"
UNSURE = "UNSURE"  # an absent case of which the source didn't tell what became of it
MAX_FAILURES = 100  # that a report names; all are counted, and each has its audit event
INDEX_FACES_USD = 0.001  # a picture; Amazon Rekognition's list price of the first million, see docs
File: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files below `sync/<run>/`, None where the run has none; `fetched` is one for each planned batch.

    `indexed` says what became of the photos that the run listed, `leaving` how many faces still wait to be removed.
    """

    run: str
    sweep: File | None
    plan: File | None
    fetched: Sequence[File | None]
    withdrawn: File | None
    removed: File | None
    indexed: Mapping[str, int] | None
    leaving: int
    now: datetime


def build_report(files: RunFiles) -> dict[str, Any]:
    """The report as plain JSON values; its `outcome` is COMPLETE, or INCOMPLETE with `problems` that say why."""
    done = [batch for batch in files.fetched if batch]
    failures = [failure for batch in done for failure in batch["failures"]]
    found = _problems(files, done, len(failures))
    return {
        "run": files.run,
        "outcome": INCOMPLETE if found else COMPLETE,
        "problems": found,
        "window": {name: files.plan[name] for name in ("since", "until")} if files.plan else None,
        "sweep": dict(files.sweep) if files.sweep else None,
        "diff": {**files.plan["counts"], "absent": len(files.plan["absent"])} if files.plan else None,
        "cases": _sum(batch["cases"] for batch in done),
        "absent": files.withdrawn["cases"] if files.withdrawn else None,
        "photos": _sum(batch["photos"] for batch in done),
        "index": dict(files.indexed) if files.indexed is not None else None,
        "removed": dict(files.removed) if files.removed else None,
        "traffic": _traffic([files.sweep, *files.fetched, files.withdrawn]),
        "seconds": _seconds(files),
        "cost": _cost(files.indexed or {}),
        "failures": failures[:MAX_FAILURES],
    }


def _problems(files: RunFiles, done: Sequence[File], failures: int) -> list[str]:
    sweep, unsure = files.sweep, (files.withdrawn or {"cases": {}})["cases"].get(UNSURE, 0)
    waiting = (files.indexed or {}).get(PhotoStatus.ADMITTED.value, 0)
    checks = (
        ("the sweep did not finish", sweep is None),
        ("the sweep did not see every case, so nothing was withdrawn", sweep is not None and not sweep["complete"]),
        ("the cases were not compared", files.plan is None),
        (f"batches that were not fetched: {len(files.fetched) - len(done)}", len(done) < len(files.fetched)),
        (f"cases that failed: {failures}", failures > 0),
        ("the absent cases were not looked at", files.withdrawn is None),
        (f"absent cases that could not be looked at: {unsure}", unsure > 0),
        (f"faces that still wait to be removed: {files.leaving}", files.leaving > 0),
        ("the photos were not listed", files.indexed is None),
        (f"photos that still wait to be indexed: {waiting}", waiting > 0),
    )
    return [problem for problem, is_so in checks if is_so]


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)


def _traffic(files: Iterable[File | None]) -> dict[str, int]:
    total = sum((Traffic(**file["traffic"]) for file in files if file), Traffic())
    return {"requests": total.requests, "bytes": total.bytes}


def _seconds(files: RunFiles) -> float | None:
    """From the beginning of the sweep until now."""
    if files.sweep is None:
        return None
    return round((files.now - datetime.fromisoformat(files.sweep["began"])).total_seconds(), 1)


def _cost(indexed: Mapping[str, int]) -> dict[str, float]:
    """Paid calls to Amazon Rekognition; deleting faces costs nothing. A call that was tried again isn't seen here."""
    calls = sum(count for status, count in indexed.items() if status != PhotoStatus.ADMITTED.value)
    return {"index_faces_calls": calls, "usd": round(calls * INDEX_FACES_USD, 4)}
