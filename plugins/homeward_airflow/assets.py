"""What DAGs tell each other of: a task that changes one of these names it as its outlet, and others start from it."""

from __future__ import annotations

from airflow.sdk import Asset

COLLECTION = Asset("face_collection", uri="homeward://collection/", extra={"what": "which face collection is live"})
POLICY = Asset("matching_policy", uri="homeward://policy/", extra={"what": "which matching policy is live"})
