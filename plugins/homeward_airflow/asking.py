"""Who started a run by hand."""

from __future__ import annotations

from airflow.sdk import get_current_context

from homeward import bootstrap


def triggering_person() -> str:
    """The staff id of whoever triggered the run; with Airflow's simplest auth manager that may be nobody."""
    return bootstrap.staff().id_of(get_current_context()["dag_run"].triggering_user_name or "an unnamed person")
