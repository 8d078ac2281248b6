"""Rebuilding the collection of 24,620 photos in the local cloud and face service: planning it, and indexing a part.

One task indexes here; the DAG runs four at a time, which share the machine's processors with the face service.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

from benchmarks.holdings import PHOTOS, key_of, store_pictures, store_rows
from benchmarks.reconcile import QUICK, timed
from benchmarks.rekognition.galleries import fill
from benchmarks.report import Report, options
from benchmarks.system import FIRST_COLLECTION, local_system
from homeward import bootstrap
from homeward.domain.rebuild_report import planned_report
from standins.people.portraits import Portraits

BATCH = 500


def main() -> None:
    """Fill, plan, index one batch twice."""
    chosen = options(__doc__ or "")
    photos = QUICK if chosen.quick else PHOTOS
    report = Report("rebuild")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        portrait = next(filter(None, map(Portraits(folder / "portraits").get, range(9))))
        fill(folder / "faces", photos, FIRST_COLLECTION, named=lambda number: key_of(number).external_image_id)
        with local_system(folder, "--cases", "1"):
            store_pictures(store_rows(photos), portrait.data)
            plan = bootstrap.plan_rebuild()
            seconds, _ = timed(lambda: plan("dry", "", BATCH, True))
            report.figures["photos"] = photos
            report.figures["seconds, dry run"] = seconds
            seconds, batches = timed(lambda: plan("real", "", BATCH, False))
            report.figures["seconds, plan"] = seconds
            seconds, counts = timed(lambda: bootstrap.index_generation()("real", batches[0]["batch"]))
            report.figures["indexed by one task"] = counts
            report.figures["photos a second, one task"] = round(sum(counts.values()) / seconds, 1)
            seconds, _ = timed(lambda: bootstrap.index_generation()("real", batches[0]["batch"]))
            report.figures["photos a second, done already"] = round(sum(counts.values()) / seconds, 1)
            planned = planned_report(plan.files.get("real", "plan.json"))
            report.figures["USD at list prices"] = planned["usd"]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            report.figures["memory of the process, MB"] = round(peak)
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    sys.exit(main())
