"""A policy can leave somebody the metrics of one namespace: no resource, but a key of conditions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""

    def context(original: Any, service: str, action: str, body: bytes, parameters: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = original(service, action, body, parameters)
        if action == "cloudwatch:PutMetricData":
            found["cloudwatch:namespace"] = _namespace(body, parameters)
        return found

    wrap(iam_actions, "request_tag_context", context)


def _namespace(body: bytes, parameters: Mapping[str, Any]) -> str | None:
    """From JSON, or from a form."""
    if body.startswith(b"{"):
        return str(json.loads(body).get("Namespace"))
    named = parameters.get("Namespace")
    return named[0] if isinstance(named, list) else named
