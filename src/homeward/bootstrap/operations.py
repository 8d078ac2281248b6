"""The use cases of the DAG watch_operations, and of whatever tells that a run failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.bootstrap.desk import list_sightings
from homeward.bootstrap.ingestion import SOURCES
from homeward.bootstrap.sealing import audit_shelf
from homeward.bootstrap.stores import cameras, latest_runs, live_collection, operators, policy_shelf, reviews
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.steps.read_operations import ReadOperations
    from homeward.steps.read_status import ReadStatus
    from homeward.steps.tell_failure import TellFailure
    from homeward.steps.watch_operations import WatchOperations


def read_operations() -> ReadOperations:
    """How the whole of it is doing now."""
    from homeward.adapters.audit_bucket import S3SealedLog
    from homeward.adapters.letter_box import SqsLetterBox
    from homeward.steps.read_operations import ReadOperations

    letters = SqsLetterBox(settings()[Setting.DEAD_LETTER_QUEUE_URL])
    sealed = S3SealedLog(settings()[Setting.AUDIT_BUCKET]).last
    return ReadOperations(latest_runs(), reviews(), letters, tuple(SOURCES), sealed, cameras().all, base.clock)


def read_status() -> ReadStatus:
    """One screen for whoever keeps it running."""
    from homeward.steps.read_status import ReadStatus

    return ReadStatus(read_operations(), live_collection, policy_shelf().live, list_sightings(), audit_shelf().made_at)


def watch_operations() -> WatchOperations:
    """Task watch_operations."""
    from homeward.adapters.metrics import CloudWatchMetrics
    from homeward.steps.watch_operations import WatchOperations

    return WatchOperations(read_operations(), CloudWatchMetrics(base.stack()))


def tell_failure() -> TellFailure:
    """What Airflow calls when a run of a DAG failed."""
    from homeward.steps.tell_failure import TellFailure

    return TellFailure(operators(), latest_runs(), base.clock)
