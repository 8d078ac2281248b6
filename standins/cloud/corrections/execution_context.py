"""The context object's RoleArn and RedriveCount, and an execution that begins at once."""

from __future__ import annotations

from ministack.services import stepfunctions

from standins.cloud.patching import edit_source
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    edit_source(
        stepfunctions,
        "_run_execution",
        ("    time.sleep(0.15)\n", ""),
        (
            '            "StartTime": execution["startDate"],\n',
            '            "StartTime": execution["startDate"],\n'
            '            "RoleArn": sm["roleArn"],\n            "RedriveCount": 0,\n',
        ),
    )
