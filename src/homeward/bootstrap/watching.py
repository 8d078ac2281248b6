"""The use case of the DAG watch_operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings, stack
from homeward.bootstrap.stores import cases_bucket, objects, reviews
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.steps.watch_operations import WatchOperations


def watch_operations() -> WatchOperations:
    """Task watch_operations."""
    from homeward.adapters.audit_bucket import S3SealedLog
    from homeward.adapters.metrics import CloudWatchMetrics
    from homeward.steps.watch_operations import WatchOperations

    sealed = S3SealedLog(settings()[Setting.AUDIT_BUCKET]).last
    where = (objects(), cases_bucket(), reviews(), sealed)
    return WatchOperations(*where, CloudWatchMetrics(stack()), base.clock)
