"""The runbooks that messages to operators end with: `docs/runbooks/<name>.md`."""

from __future__ import annotations

from enum import StrEnum


class Runbook(StrEnum):
    """What to do about it; a test holds these names against the files."""

    ALERTS = "alerts"
    AUDIT_LOG = "audit_log"
    DEAD_LETTERS = "dead_letters"
    EXPIRE_RECORDS = "expire_records"
    FAILED_DETECTIONS = "failed_detections"
    FRAMES = "frames"
    OPERATIONS = "operations"
    POLICY = "policy"
    REBUILD_COLLECTION = "rebuild_collection"
    RECONCILE_COLLECTION = "reconcile_collection"
    REPLAY_DETECTIONS = "replay_detections"
    REVIEWS = "reviews"
    SYNC = "sync"

    @property
    def path(self) -> str:
        """Where it is in the repository."""
        return f"docs/runbooks/{self.value}.md"
