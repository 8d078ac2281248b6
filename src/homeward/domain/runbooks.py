"""The pages that say what to do. Whatever wakes an operator names one of them; a test holds the two together."""

from __future__ import annotations

from enum import StrEnum

RUNBOOKS = "docs/runbooks"
"""Where they are, from the root of the repository."""


class Runbook(StrEnum):
    """A page, by the name of its file."""

    ALERTS = "alerts"
    AUDIT_LOG = "audit_log"
    CAMERAS = "cameras"
    DEAD_LETTERS = "dead_letters"
    EXPIRE_RECORDS = "expire_records"
    FAILED_DETECTIONS = "failed_detections"
    FRAMES = "frames"
    MEASURE_BIAS = "measure_bias"
    OPERATIONS = "operations"
    POLICY = "policy"
    REBUILD_COLLECTION = "rebuild_collection"
    RECONCILE_COLLECTION = "reconcile_collection"
    REPLAY_DETECTIONS = "replay_detections"
    REVIEWS = "reviews"
    SUPPRESSIONS = "suppressions"
    SYNC = "sync"

    @property
    def path(self) -> str:
        """Its file, e.g. `docs/runbooks/sync.md`."""
        return f"{RUNBOOKS}/{self.value}.md"
