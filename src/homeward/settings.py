"""Names of the deployed resources, from the environment (Lambda) or from one SSM parameter (Airflow, CLI).

Every name is made by `infra/template.yaml`; nothing here invents one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from homeward.domain.errors import SettingsError


class Setting(StrEnum):
    """The settings, spelled as the environment variables that carry them."""

    CASES_TABLE = "CASES_TABLE"
    PHOTOS_TABLE = "PHOTOS_TABLE"
    SUPPRESSIONS_TABLE = "SUPPRESSIONS_TABLE"
    FAILURES_TABLE = "FAILURES_TABLE"
    DETECTIONS_TABLE = "DETECTIONS_TABLE"
    FRAMES_TABLE = "FRAMES_TABLE"
    ALERTS_TABLE = "ALERTS_TABLE"
    REVIEWS_TABLE = "REVIEWS_TABLE"
    LOOKALIKES_TABLE = "LOOKALIKES_TABLE"
    AUDIT_TABLE = "AUDIT_TABLE"
    ERASURES_TABLE = "ERASURES_TABLE"
    STAFF_TABLE = "STAFF_TABLE"
    STAFF_KEY_PARAMETER = "STAFF_KEY_PARAMETER"
    PICTURES_BUCKET = "PICTURES_BUCKET"
    CASES_BUCKET = "CASES_BUCKET"
    AUDIT_BUCKET = "AUDIT_BUCKET"
    AUDIT_KEY_ARN = "AUDIT_KEY_ARN"
    COLLECTION_PARAMETER = "COLLECTION_PARAMETER"
    POLICY_PARAMETER = "POLICY_PARAMETER"
    RETENTION_PARAMETER = "RETENTION_PARAMETER"
    ALERT_TOPIC_ARN = "ALERT_TOPIC_ARN"
    OPERATIONS_TOPIC_ARN = "OPERATIONS_TOPIC_ARN"
    DEAD_LETTER_QUEUE_URL = "DEAD_LETTER_QUEUE_URL"
    DETECTION_MACHINE_ARN = "DETECTION_MACHINE_ARN"
    FRAME_MACHINE_ARN = "FRAME_MACHINE_ARN"
    INDEX_PHOTOS_MACHINE_ARN = "INDEX_PHOTOS_MACHINE_ARN"


class Settings:
    """A read-only view that names what is missing instead of failing later."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getitem__(self, setting: Setting) -> str:
        value = self._values.get(setting.value, "")
        if not value:
            raise SettingsError(
                f"{setting.value} is not set; it is an output of infra/template.yaml: deploy the stack first"
            )
        return value
