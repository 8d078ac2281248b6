"""The task of seal_audit_log."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context

from homeward import bootstrap


def seal_hours() -> dict[str, Any]:
    """Seal every hour that is due by the end of the data interval; without one, by when the run was asked for."""
    context = get_current_context()
    return bootstrap.seal_hours()(context.get("data_interval_end") or context["dag_run"].run_after)
