"""The use cases of the DAGs redrive_stuck and replay_detections."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.bootstrap.detection import confirm_alert, crops, judge, start_detection
from homeward.bootstrap.stores import (
    audit_log,
    cases_bucket,
    detections,
    frames,
    live_policy,
    objects,
    operators,
    pictures,
    reviews,
)
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.adapters.work_rows import DynamoWorkStore
    from homeward.steps.plan_replay import PlanReplay
    from homeward.steps.redrive_dead_letters import RedriveDeadLetters
    from homeward.steps.redrive_reviews import RedriveReviews
    from homeward.steps.redrive_rows import RedriveRows
    from homeward.steps.redrive_work import RedriveWork
    from homeward.steps.replay_detections import ReplayDetections
    from homeward.steps.summarise_redrive import SummariseRedrive
    from homeward.steps.summarise_replay import SummariseReplay

REDRIVER, REPLAYER = "dag:redrive_stuck", "dag:replay_detections"


def detection_rows() -> DynamoWorkStore:
    """Detections as pieces of work."""
    from homeward.adapters.work_rows import DynamoWorkStore
    from homeward.domain.detections import Detection

    names = settings()
    table, log = names[Setting.DETECTIONS_TABLE], names[Setting.AUDIT_TABLE]
    return DynamoWorkStore(table, "detection_id", lambda row: Detection.from_json(row).to_json(), log)


def _frame_rows() -> DynamoWorkStore:
    from homeward.adapters.work_rows import DynamoWorkStore
    from homeward.domain.frames import Frame

    names = settings()
    table, log = names[Setting.FRAMES_TABLE], names[Setting.AUDIT_TABLE]
    return DynamoWorkStore(table, "frame_id", lambda row: Frame.from_json(row).to_json(), log)


def _redrive_work(kind: str, rows: DynamoWorkStore, settle: Callable[[str], None], machine: Setting) -> RedriveWork:
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.redrive_work import RedriveWork

    names, step_functions = settings(), StepFunctionsMachines()
    return RedriveWork(
        kind=kind,
        rows=rows,
        settle=settle,
        machines=step_functions,
        executions=step_functions,
        machine_arn=names[machine],
        operators=operators(),
        clock=base.clock,
        actor=REDRIVER,
    )


def redrive_detection() -> RedriveWork:
    """One detection whose execution may be dead."""
    from homeward.steps.settle_pictures import SettleCrop

    settle = SettleCrop(detections(), crops())
    return _redrive_work("detection", detection_rows(), settle, Setting.DETECTION_MACHINE_ARN)


def redrive_frame() -> RedriveWork:
    """One frame whose execution may be dead."""
    from homeward.steps.forget_frame import ForgetFrame
    from homeward.steps.settle_pictures import SettleFrame

    settle = SettleFrame(frames(), ForgetFrame(frames(), pictures(), base.clock, REDRIVER))
    return _redrive_work("frame", _frame_rows(), settle, Setting.FRAME_MACHINE_ARN)


def redrive_dead_letters() -> RedriveDeadLetters:
    """Task redrive_dead_letters."""
    from homeward.adapters.letter_box import SqsLetterBox
    from homeward.steps.redrive_dead_letters import RedriveDeadLetters

    names = settings()
    return RedriveDeadLetters(
        letters=SqsLetterBox(names[Setting.DEAD_LETTER_QUEUE_URL]),
        confirm_alert=confirm_alert(),
        start_detection=start_detection(),
        redrive={"detection": redrive_detection(), "frame": redrive_frame()},
        objects=objects(),
        bucket=names[Setting.CASES_BUCKET],
        audit=audit_log(),
        operators=operators(),
        clock=base.clock,
        actor=REDRIVER,
    )


def redrive_frames() -> RedriveRows:
    """Task redrive_frames."""
    from homeward.domain.frames import UNFINISHED_FRAMES, FrameOutcome
    from homeward.steps.redrive_rows import RedriveRows

    return RedriveRows(_frame_rows(), redrive_frame(), (*UNFINISHED_FRAMES, FrameOutcome.FAILED), base.clock)


def redrive_detections() -> RedriveRows:
    """Task redrive_detections: those that hold no claim to an alert yet, and those that failed."""
    from homeward.domain.detections import DetectionState, Outcome
    from homeward.steps.redrive_rows import RedriveRows

    states = (DetectionState.RECEIVED, DetectionState.SEARCHED, DetectionState.ASSESSED, Outcome.FAILED)
    return RedriveRows(detection_rows(), redrive_detection(), states, base.clock)


def redrive_alerts() -> RedriveRows:
    """Task redrive_alerts: detections that hold a claim."""
    from homeward.domain.detections import DetectionState
    from homeward.steps.redrive_rows import RedriveRows

    return RedriveRows(detection_rows(), redrive_detection(), (DetectionState.RESERVED,), base.clock)


def redrive_reviews() -> RedriveReviews:
    """Task redrive_reviews."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.redrive_reviews import RedriveReviews

    step_functions = StepFunctionsMachines()
    return RedriveReviews(detection_rows(), reviews(), step_functions, step_functions, redrive_detection(), base.clock)


def summarise_redrive() -> SummariseRedrive:
    """Task summarise_redrive."""
    from homeward.steps.summarise_redrive import SummariseRedrive

    return SummariseRedrive(audit_log(), base.clock, REDRIVER)


def plan_replay() -> PlanReplay:
    """Task plan_replay."""
    from homeward.adapters.kept_detections import DynamoKeptDetections
    from homeward.steps.plan_replay import PlanReplay

    kept = DynamoKeptDetections(settings()[Setting.DETECTIONS_TABLE])
    return PlanReplay(kept, objects(), cases_bucket(), live_policy().key, base.clock)


def replay_detections() -> ReplayDetections:
    """Task replay_detections."""
    from homeward.adapters.faces import RekognitionCollection
    from homeward.steps.replay_detections import ReplayDetections

    parameter = settings()[Setting.COLLECTION_PARAMETER]
    return ReplayDetections(
        detections=detections(),
        pictures=pictures(),
        collections=lambda name: RekognitionCollection(parameter, name),
        judge=judge(),
        objects=objects(),
        bucket=cases_bucket(),
    )


def summarise_replay() -> SummariseReplay:
    """Task summarise_replay."""
    from homeward.steps.summarise_replay import SummariseReplay

    return SummariseReplay(objects(), audit_log(), cases_bucket(), base.clock, REPLAYER)
