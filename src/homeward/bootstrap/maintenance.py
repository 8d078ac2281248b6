"""The use cases of the DAG reconcile_collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.stores import (
    audit_log,
    cases,
    cases_bucket,
    fetch_failures,
    latest_runs,
    objects,
    operators,
    patient_faces,
    suppressions,
)

if TYPE_CHECKING:
    from homeward.steps.collection_repairs import CollectionRepairs
    from homeward.steps.repair_collection import RepairCollection
    from homeward.steps.summarise_reconcile import SummariseReconcile
    from homeward.steps.survey_collection import SurveyCollection

RECONCILER = "dag:reconcile_collection"


def survey_collection() -> SurveyCollection:
    """Task survey_collection."""
    from homeward.steps.survey_collection import SurveyCollection

    return SurveyCollection(patient_faces(), cases(), suppressions(), objects(), cases_bucket(), base.clock)


def _repairs_of(run: str) -> CollectionRepairs:
    from homeward.steps.collection_repairs import CollectionRepairs

    stores = (patient_faces(), cases(), fetch_failures(), objects(), audit_log())
    return CollectionRepairs(*stores, cases_bucket(), base.clock, RECONCILER, run)


def repair_collection() -> RepairCollection:
    """Task repair_collection."""
    from homeward.steps.repair_collection import RepairCollection

    return RepairCollection(objects(), cases_bucket(), operators(), _repairs_of)


def summarise_reconcile() -> SummariseReconcile:
    """Task summarise_reconcile."""
    from homeward.steps.summarise_reconcile import SummariseReconcile

    where = (cases_bucket(), base.clock, RECONCILER)
    return SummariseReconcile(survey_collection(), objects(), audit_log(), latest_runs(), operators(), *where)
