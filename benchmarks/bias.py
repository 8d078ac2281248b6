"""Measuring error rates of 24,620 photos of 14,000 cases: the matrix through the local face service, then the report.

As the DAG does it without Airflow: plan, batch after batch, report with its page. The vectors are random, so the rates
mean nothing; but they are as far apart as SFace has real strangers (mean cosine 0.15, 5 % above a similarity of 50), so
as many comparisons are kept: about 30 million.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.holdings import PHOTOS, key_of, store_rows
from benchmarks.rekognition.galleries import fill
from benchmarks.report import Report, options
from benchmarks.system import FIRST_COLLECTION, local_system
from homeward import bootstrap
from homeward.domain.cases import Case
from tests.factories import case

QUICK, BATCH = 1_500, 500
GATHERED = 0.42  # how alike everybody is; see `fill`
ETHNICITIES = ("White / Caucasian", "Black / African American", "Hispanic / Latino", "Asian", "Native American")
AGES = (15, 24, 41, 63)


def case_of(number: int) -> Case:
    """Every combination of attributes, and some that aren't recorded."""
    known, age = number % 20 != 0, AGES[number // 10 % 4]
    attributes = {
        "sex": ("Female", "Male")[number % 2],
        "ethnicities": (ETHNICITIES[number // 2 % 5],) if known else (),
    }
    return replace(case(number), **attributes, current_age_min=age, current_age_max=age)


def megabytes() -> int:
    """The most that this process has held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def main() -> None:
    """Fill, measure, report."""
    chosen = options(__doc__ or "")
    photos = QUICK if chosen.quick else PHOTOS
    report = Report("bias")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        named = lambda number: key_of(number).external_image_id  # noqa: E731
        fill(folder / "faces", photos, FIRST_COLLECTION, gathered=GATHERED, named=named)
        with local_system(folder, "--cases", "1"):
            store_rows(photos, case_of)
            began = time.perf_counter()
            plan = bootstrap.plan_measurement()("run", 10**6, BATCH)
            planned = time.perf_counter()
            console = Console(stderr=True)
            kept = sum(
                bootstrap.measure_similarities()("run", batch["batch"])["comparisons"]
                for batch in track(plan["batches"], "measuring", console=console)
            )
            measured, before = time.perf_counter(), megabytes()
            told = bootstrap.report_bias()("run")
            ended = time.perf_counter()
    report.figures = {
        "photos, calls": (plan["photos"], plan["calls"]),
        "people, comparisons with strangers": (told["people"], told["impostor"]),
        "comparisons kept": kept,
        "seconds to plan": round(planned - began, 1),
        "seconds to measure": round(measured - planned, 1),
        "seconds to report": round(ended - measured, 1),
        "seconds in all": round(ended - began, 1),
        "memory of the process, MB: measuring, reporting": (before, megabytes()),
    }
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    sys.exit(main())
