"""The use cases of the DAGs that measure error rates and publish policies, and of `homeward bias`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.stores import audit_log, cases, cases_bucket, live_collection, live_policy, look_alikes, objects

if TYPE_CHECKING:
    from homeward.steps.measure_similarities import MeasureSimilarities
    from homeward.steps.plan_measurement import PlanMeasurement
    from homeward.steps.report_bias import ReportBias
    from homeward.steps.report_people import ReportPeople

MEASURER = "dag:measure_bias"


def plan_measurement() -> PlanMeasurement:
    """Task plan_measurement."""
    from homeward.steps.plan_measurement import PlanMeasurement

    return PlanMeasurement(cases(), live_policy(), live_collection, objects(), cases_bucket(), base.clock)


def measure_similarities() -> MeasureSimilarities:
    """Task measure_similarities."""
    from homeward.adapters.face_rows import RekognitionRows
    from homeward.steps.measure_similarities import MeasureSimilarities

    return MeasureSimilarities(RekognitionRows, objects(), cases_bucket())


def report_bias() -> ReportBias:
    """Task report_bias."""
    from homeward.steps.measure_similarities import read_measurement
    from homeward.steps.report_bias import ReportBias

    return ReportBias(
        read=lambda run: read_measurement(objects(), cases_bucket(), run, live_collection()),
        objects=objects(),
        bucket=cases_bucket(),
        live_policy_key=live_policy().key,
        look_alikes=look_alikes(),
        audit=audit_log(),
        clock=base.clock,
        actor=MEASURER,
    )


def report_people(show: Callable[[str, int, int], None]) -> ReportPeople:
    """`homeward bias`; `show` is told what is being done, how much of it, and of how much."""
    from homeward.adapters.temporary_collection import TemporaryCollection
    from homeward.steps.report_people import ReportPeople

    return ReportPeople(TemporaryCollection, show, base.clock)
