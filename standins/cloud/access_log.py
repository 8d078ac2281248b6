"""With `--auth`, who was asked for what, and whether it was allowed: one JSON line each in `access.jsonl`.

What a trail of CloudTrail and IAM's access advisor are for: permissions that nothing uses can be found.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from ministack.core import iam_evaluator

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings

NAME = "access.jsonl"


def apply(settings: Settings) -> None:
    """Note every decision about an identity's request."""
    writing = threading.Lock()

    def enforce(
        original: Any, access_key_id: str, action: str, service: str, region: str, resource_arn: str = "*", **more: Any
    ) -> Any:
        denied = original(access_key_id, action, service, region, resource_arn=resource_arn, **more)
        line = {"who": _name(access_key_id), "action": action, "resource": resource_arn, "allowed": denied is None}
        with writing, (settings.data / NAME).open("a") as log:
            log.write(json.dumps(line) + "\n")
        return denied

    wrap(iam_evaluator, "enforce", enforce)


def _name(access_key_id: str) -> str:
    return str((iam_evaluator.resolve_caller_identity(access_key_id) or {}).get("userArn", ""))
