"""S3 events on EventBridge carry the object's version-id."""

from __future__ import annotations

from ministack.services import s3

from standins.cloud.patching import edit_source
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    edit_source(
        s3,
        "_fire_s3_event",
        (
            '"sequencer": sequencer or "0"},\n                    "request-id"',
            '"sequencer": sequencer or "0", **({"version-id": version_id} if version_id else {})},\n'
            '                    "request-id"',
        ),
    )
