"""What is past its time, deleted beside 24,620 photos and faces: `expire_records`, one kind after the other as its
tasks do it, of 20,000 and of 100,000 detections, questions and alerts of up to a year.

Then a second night, which finds nothing; then what is left is compared with the policy. Files of runs are left out:
a bucket gives its objects the time that it is.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.holdings import CASES, PHOTOS, key_of, store_pictures, store_rows
from benchmarks.reconcile import timed
from benchmarks.rekognition.galleries import fill
from benchmarks.report import Report, options
from benchmarks.sightings import Sightings
from benchmarks.system import FIRST_COLLECTION, local_system
from homeward import bootstrap
from homeward.domain.retention import Kept

QUICK_PHOTOS, QUICK_ROWS = 1_000, (2_000,)
ROWS = (20_000, 100_000)
KINDS = [kind for kind in Kept if kind is not Kept.RUN_FILES]
LIMIT = 1_000_000  # more than there is: one night does all of it


def night() -> dict[str, dict[str, Any]]:
    """One run: what was due, what came of it and seconds, by kind."""
    found: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        seconds, done = timed(lambda kind=kind: bootstrap.expire_records()(kind, LIMIT, False))
        found[kind.value] = {"due": done["due"], **done["counts"], "s": seconds}
        print(f"expire: {kind} {found[kind.value]}", file=sys.stderr)
    return found


class Peak:
    """The most memory of this process while the block runs, in MB above what it had before."""

    def __enter__(self) -> Peak:
        self._process, self._over = psutil.Process(), threading.Event()
        self._begin = self._most = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self._most = max(self._most, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def grown(self) -> int:
        """MB."""
        return round((self._most - self._begin) / 1e6)


def measure(report: Report, photos: int, rows: int) -> None:
    """Fill a system, let two nights pass, compare."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "faces", photos, FIRST_COLLECTION, named=lambda number: key_of(number).external_image_id)
        with local_system(folder, "--cases", "1"):
            store_pictures(store_rows(photos))
            sightings = Sightings(rows, min(CASES, photos), datetime.now(UTC))
            sightings.store()
            with Peak() as peak:
                first = night()
            second = night()
            wrong = Counter(what for what, _ in sightings.wrong())
    gone, seconds = (sum(one.get(word, 0) for one in first.values()) for word in ("EXPIRED", "s"))
    report.figures[f"{rows} rows, by kind"] = first
    report.figures[f"{rows} rows, gone"] = gone
    report.figures[f"{rows} rows, seconds"] = round(seconds, 1)
    report.figures[f"{rows} rows, milliseconds for each that went"] = round(1000 * seconds / gone, 2)
    report.figures[f"{rows} rows, seconds of the next night"] = round(sum(one["s"] for one in second.values()), 1)
    report.figures[f"{rows} rows, gone in the next night"] = sum(one["due"] for one in second.values())
    report.figures[f"{rows} rows, memory that it takes, MB"] = peak.grown
    report.figures[f"{rows} rows, not as the policy says"] = sum(wrong.values())
    assert not wrong, wrong


def main() -> None:
    """Each number of rows in a system of its own."""
    chosen = options(__doc__ or "")
    report = Report("expire")
    for rows in QUICK_ROWS if chosen.quick else ROWS:
        measure(report, QUICK_PHOTOS if chosen.quick else PHOTOS, rows)
    report.figures["memory of the process, MB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    sys.exit(main())
