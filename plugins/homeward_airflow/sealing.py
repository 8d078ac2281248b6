"""The task of seal_audit_log."""

from __future__ import annotations

from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, get_current_context

from homeward import bootstrap
from homeward.domain.errors import NotFoundError, SealError, ServiceRefusedError, SettingsError

# A log that isn't as it was left is a matter for people; everything else may pass.
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(SealError, RetryAction.FAIL, reason="the sealed log isn't as it was left; a person must look"),
        RetryRule([SettingsError, NotFoundError, ServiceRefusedError], RetryAction.FAIL, reason="again can't help"),
    ]
)


def seal_hours() -> dict[str, Any]:
    """Seal every hour that is due by the end of the data interval; without one, by when the run was asked for."""
    context = get_current_context()
    return bootstrap.seal_hours()(context.get("data_interval_end") or context["dag_run"].run_after)
