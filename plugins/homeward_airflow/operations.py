"""The task of watch_operations."""

from __future__ import annotations

from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from homeward import bootstrap
from homeward.domain.errors import InputError, ServiceRefusedError, SettingsError

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule([SettingsError, InputError, ServiceRefusedError], RetryAction.FAIL, reason="trying again can't help")
    ]
)


def watch_operations() -> dict[str, Any]:
    """Measure how the whole of it is doing."""
    return bootstrap.watch_operations()()
