"""The tasks of redrive_stuck: each calls one use case of the core, and shows what came of it."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from homeward import bootstrap
from homeward.domain.sync import run_name
from homeward_airflow.asking import triggering_person


def redrive_dead_letters() -> dict[str, Any]:
    """Empty the dead-letter queue: receipts first, then pictures, then what failed."""
    return bootstrap.redrive_dead_letters()(_limit())


def redrive_frames() -> dict[str, Any]:
    """Frames that stopped halfway or failed, and those that a person asks for."""
    return bootstrap.redrive_frames()(_limit(), *_asked_for("frame"))


def redrive_detections() -> dict[str, Any]:
    """Detections that stopped before they held a claim, or failed, and those that a person asks for."""
    return bootstrap.redrive_detections()(_limit(), *_asked_for("detection"))


def redrive_reviews() -> dict[str, Any]:
    """Open questions: heartbeats, answers that were not handed over, time limits that passed."""
    return bootstrap.redrive_reviews()(_limit())


def redrive_alerts() -> dict[str, Any]:
    """Claims whose detection is dead: it goes on, and publishes what it was about to."""
    return bootstrap.redrive_alerts()(_limit())


def summarise_redrive(done: dict[str, dict[str, Any] | None]) -> dict[str, Any]:
    """Tell what the run did, task by task; fails when something is left over, so that the run's state is true."""
    run = get_current_context()["dag_run"]
    summary = bootstrap.summarise_redrive()(run_name(run.dag_id, run.run_id), done)
    if summary["problems"]:
        raise AirflowFailException(f"left for the next run: {'; '.join(summary['problems'])}")
    return dict(summary["counts"])


def _limit() -> int:
    return int(get_current_context()["params"]["limit"])


def _asked_for(kind: str) -> tuple[list[str], str]:
    """What is to be begun again, and who asks for it."""
    asked = get_current_context()["params"]["again"] or []
    ids = [one.removeprefix(f"{kind}:") for one in asked if one.startswith(f"{kind}:")]
    return ids, triggering_person() if ids else ""
