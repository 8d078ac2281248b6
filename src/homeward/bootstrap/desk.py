"""What the desk, the pages inside Airflow's UI, reads and does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.bootstrap.ingestion import SOURCES
from homeward.bootstrap.redriving import redrive_detection, redrive_frame
from homeward.bootstrap.stores import (
    alerts,
    audit_log,
    cameras,
    cases,
    cases_bucket,
    detections,
    face_collections,
    latest_runs,
    live_collection,
    objects,
    record_view,
    reviews,
)
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.adapters.executions import StepFunctionsHistory
    from homeward.domain.executions import Machine
    from homeward.steps.control_execution import ControlExecution
    from homeward.steps.list_executions import ListExecutions
    from homeward.steps.list_sightings import ListSightings
    from homeward.steps.read_collection import ReadCollection
    from homeward.steps.read_review import ReadReview


def machines() -> Mapping[Machine, str]:
    """The ARN of each state machine."""
    from homeward.domain.executions import Machine

    names = settings()
    return {
        Machine.DETECTION: names[Setting.DETECTION_MACHINE_ARN],
        Machine.FRAME: names[Setting.FRAME_MACHINE_ARN],
        Machine.INDEX_PHOTOS: names[Setting.INDEX_PHOTOS_MACHINE_ARN],
    }


def executions() -> StepFunctionsHistory:
    """What Step Functions remembers."""
    from homeward.adapters.executions import StepFunctionsHistory

    return StepFunctionsHistory(machines())


def list_executions() -> ListExecutions:
    """The executions that somebody wants to see."""
    from homeward.steps.list_executions import ListExecutions

    return ListExecutions(executions(), detections(), audit_log())


def control_execution() -> ControlExecution:
    """Stopping an execution, and beginning its work again."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.domain.executions import Machine
    from homeward.steps.control_execution import ControlExecution

    redrivers = {Machine.DETECTION: redrive_detection, Machine.FRAME: redrive_frame}
    return ControlExecution(StepFunctionsMachines(), machines(), redrivers, audit_log(), base.clock)


def read_review() -> ReadReview:
    """A question with its pictures."""
    from homeward.steps.read_review import ReadReview

    return ReadReview(reviews(), cases(), objects(), cases_bucket(), record_view())


def list_sightings() -> ListSightings:
    """Alerts and repeats over some days."""
    from homeward.steps.list_sightings import ListSightings

    return ListSightings(alerts(), base.clock)


def read_collection() -> ReadCollection:
    """Sources, faces, drift and cameras."""
    from homeward.steps.read_collection import ReadCollection

    return ReadCollection(
        latest=latest_runs(),
        objects=objects(),
        bucket=cases_bucket(),
        sources=tuple(SOURCES),
        live=live_collection,
        generations=face_collections().all,
        cameras=cameras().all,
    )
