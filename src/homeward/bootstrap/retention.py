"""The use cases of the DAGs expire_records and erase_record, and of `homeward erase`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.bootstrap.detection import retract_alert
from homeward.bootstrap.ingestion import suppress_case
from homeward.bootstrap.redriving import detection_rows
from homeward.bootstrap.stores import (
    audit_log,
    cases,
    cases_bucket,
    face_collections,
    latest_runs,
    live_policy,
    objects,
    operators,
    pictures,
    reviews,
    suppressions,
)
from homeward.domain.retention import Kept
from homeward.settings import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeward.adapters.erasures import DynamoErasureStore
    from homeward.adapters.retention import LiveRetention
    from homeward.adapters.rows import DynamoRows
    from homeward.domain.erasures import TargetKind
    from homeward.steps.erase_record import EraseRecord, Part
    from homeward.steps.expire_records import ExpireRecords
    from homeward.steps.request_erasure import RequestErasure
    from homeward.steps.retry_erasures import RetryErasures
    from homeward.steps.summarise_expiry import SummariseExpiry

EXPIRER, ERASER = "dag:expire_records", "dag:erase_record"
# These keep the key of what was erased: so that it stays out, and that it can be proved.
KEEP_KEYS = (Setting.AUDIT_TABLE, Setting.ERASURES_TABLE, Setting.SUPPRESSIONS_TABLE)
ERASABLE = tuple(setting for setting in Setting if setting.endswith("_TABLE") and setting not in KEEP_KEYS)
# Who is told that an alert no longer stands is read from these.
_NEEDED_FOR_LEADS = (Setting.CASES_TABLE, Setting.DETECTIONS_TABLE, Setting.ALERTS_TABLE)
_WRITTEN_BY_WORK = (Setting.FRAMES_TABLE, Setting.REVIEWS_TABLE)
_TABLES = {
    Kept.DETECTIONS: Setting.DETECTIONS_TABLE,
    Kept.CROPS: Setting.DETECTIONS_TABLE,
    Kept.REVIEWS: Setting.REVIEWS_TABLE,
    Kept.ALERTS: Setting.ALERTS_TABLE,
    Kept.FRAMES: Setting.FRAMES_TABLE,
    Kept.RAW_RECORDS: Setting.CASES_TABLE,
}


def rows(setting: Setting) -> DynamoRows:
    """A table as rows without meaning."""
    from homeward.adapters.rows import DynamoRows

    name = setting.value.removesuffix("_TABLE").lower()
    return DynamoRows(name, settings()[setting], settings()[Setting.AUDIT_TABLE])


def live_retention() -> LiveRetention:
    """The retention policy."""
    from homeward.adapters.retention import LiveRetention

    return LiveRetention(settings()[Setting.RETENTION_PARAMETER])


def erasures() -> DynamoErasureStore:
    """The erasures table."""
    from homeward.adapters.erasures import DynamoErasureStore

    return DynamoErasureStore(settings()[Setting.ERASURES_TABLE], settings()[Setting.AUDIT_TABLE])


def request_erasure() -> RequestErasure:
    """A person's word that something must go."""
    from homeward.steps.request_erasure import RequestErasure

    return RequestErasure(erasures(), base.clock)


def erase_record(actor: str) -> EraseRecord:
    """Task erase_record."""
    from homeward.steps.erase_record import EraseRecord

    return EraseRecord(erasures(), erasure_parts(), base.clock, actor)


def erasure_parts() -> dict[TargetKind, Sequence[Part]]:
    """Every store, in the order in which an erasure goes through them."""
    from homeward.adapters.object_versions import S3ObjectVersions
    from homeward.domain.erasures import TargetKind
    from homeward.steps.erasure_files import RedactFiles
    from homeward.steps.erasure_stores import EraseFaces, EraseObjects, EraseRows, SuppressErased

    buckets, versions = (cases_bucket(), settings()[Setting.PICTURES_BUCKET]), S3ObjectVersions()
    tables = [EraseRows(rows(one), buckets[1], base.clock, _after(one)) for one in ERASABLE]
    listed = SuppressErased(suppress_case(), cases(), suppressions())
    stored, files = EraseObjects(versions, *buckets), RedactFiles(versions, *buckets)
    work = _work_parts()
    return {
        TargetKind.CASE: [listed, *work, EraseFaces(face_collections()), stored, files, *tables],
        TargetKind.DETECTION: [*work, stored, RedactFiles(versions, *buckets, after=("executions",)), *tables],
    }


def _after(setting: Setting) -> tuple[str, ...]:
    if setting in _NEEDED_FOR_LEADS:
        return ("executions", "leads")
    return ("executions",) if setting in _WRITTEN_BY_WORK else ()


def _work_parts() -> list[Part]:
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.erasure_work import StopWork, TakeBackLeads

    table, machine = rows(Setting.DETECTIONS_TABLE), settings()[Setting.DETECTION_MACHINE_ARN]
    stop = StopWork(
        rows=table,
        work=detection_rows(),
        reviews=reviews(),
        executions=StepFunctionsMachines(),
        machine_arn=machine,
        pictures=settings()[Setting.PICTURES_BUCKET],
        pause=time.sleep,
        clock=base.clock,
    )
    leads = TakeBackLeads(rows(Setting.ALERTS_TABLE), table, rows(Setting.CASES_TABLE), retract_alert(), base.clock)
    return [stop, leads]


def expire_records() -> ExpireRecords:
    """Task expire_records."""
    from homeward.adapters.object_versions import S3ObjectVersions
    from homeward.steps.expire_records import ExpireRecords

    return ExpireRecords(
        tables={kind: rows(setting) for kind, setting in _TABLES.items()},
        suppressions=suppressions(),
        pictures=pictures(),
        versions=S3ObjectVersions(),
        bucket=cases_bucket(),
        audit=audit_log(),
        retention=live_retention(),
        policy=live_policy(),
        clock=base.clock,
        actor=EXPIRER,
    )


def retry_erasures() -> RetryErasures:
    """Task retry_erasures."""
    from homeward.steps.retry_erasures import RetryErasures

    return RetryErasures(erasures(), erase_record(EXPIRER), operators(), base.clock)


def summarise_expiry() -> SummariseExpiry:
    """Task summarise_expiry."""
    from homeward.steps.summarise_expiry import SummariseExpiry

    return SummariseExpiry(objects(), cases_bucket(), audit_log(), latest_runs(), live_retention(), base.clock, EXPIRER)
