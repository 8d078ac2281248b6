"""The only wiring: which adapter stands behind which port.

Imports are inside the functions, so that a Lambda function loads what it uses and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from homeward.settings import Setting, Settings

if TYPE_CHECKING:
    from homeward.adapters.alerts import DynamoAlertStore
    from homeward.adapters.audit_log import DynamoAuditLog
    from homeward.adapters.cases import DynamoCaseStore
    from homeward.adapters.detections import DynamoDetectionStore
    from homeward.adapters.faces import RekognitionCollection
    from homeward.adapters.fetch_failures import DynamoFailureStore
    from homeward.adapters.frames import DynamoFrameStore
    from homeward.adapters.look_alikes import DynamoLookAlikeStore
    from homeward.adapters.objects import S3ObjectStore
    from homeward.adapters.pictures import S3PictureStore
    from homeward.adapters.policies import LivePolicy
    from homeward.adapters.reviews import DynamoReviewStore
    from homeward.adapters.suppressions import DynamoSuppressionList
    from homeward.adapters.work_rows import DynamoWorkStore
    from homeward.domain.cases import CaseKey
    from homeward.domain.ports import CaseSource
    from homeward.steps.answer_review import AnswerReview
    from homeward.steps.assess_candidates import AssessCandidates, Judge
    from homeward.steps.confirm_alert import ConfirmAlert
    from homeward.steps.crop_faces import CropFaces
    from homeward.steps.crops import Crops
    from homeward.steps.detect_faces import DetectFaces
    from homeward.steps.diff_cases import DiffCases
    from homeward.steps.fetch_cases import FetchCases
    from homeward.steps.index_photo import IndexPhoto
    from homeward.steps.mark_look_alike import MarkLookAlike
    from homeward.steps.mark_sent import MarkSent
    from homeward.steps.plan_replay import PlanReplay
    from homeward.steps.publish_alert import PublishAlert
    from homeward.steps.record_failure import RecordFailure
    from homeward.steps.redrive_dead_letters import RedriveDeadLetters
    from homeward.steps.redrive_reviews import RedriveReviews
    from homeward.steps.redrive_rows import RedriveRows
    from homeward.steps.redrive_work import RedriveWork
    from homeward.steps.release_alert import ReleaseAlert
    from homeward.steps.remove_faces import RemoveFaces
    from homeward.steps.replay_detections import ReplayDetections
    from homeward.steps.request_review import RequestReview
    from homeward.steps.reserve_alert import ReserveAlert
    from homeward.steps.retract_alert import RetractAlert
    from homeward.steps.search_faces import SearchFaces
    from homeward.steps.start_detection import StartDetection
    from homeward.steps.summarise_redrive import SummariseRedrive
    from homeward.steps.summarise_replay import SummariseReplay
    from homeward.steps.summarise_sync import SummariseSync
    from homeward.steps.suppress_case import SuppressCase
    from homeward.steps.sweep_cases import SweepCases
    from homeward.steps.withdraw_cases import WithdrawCases
    from homeward.steps.write_manifest import WriteManifest

DEFAULT_STACK = "homeward"


def clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@cache
def settings() -> Settings:
    """A function's own environment; elsewhere the stack's settings parameter (HOMEWARD_STACK names the stack)."""
    if Setting.AUDIT_TABLE.value in os.environ:
        return Settings(os.environ)
    from homeward.adapters.parameters import parameter

    stack = os.environ.get("HOMEWARD_STACK", DEFAULT_STACK)
    return Settings(json.loads(parameter(f"/homeward/{stack}/settings")))


# ------------------------------------------------------------------------------------- stores


def cases() -> DynamoCaseStore:
    """The cases and photos tables."""
    from homeward.adapters.cases import DynamoCaseStore

    names = settings()
    return DynamoCaseStore(
        table=names[Setting.CASES_TABLE],
        photos_table=names[Setting.PHOTOS_TABLE],
        suppressions_table=names[Setting.SUPPRESSIONS_TABLE],
        failures_table=names[Setting.FAILURES_TABLE],
        audit_table=names[Setting.AUDIT_TABLE],
    )


def suppressions() -> DynamoSuppressionList:
    """The suppressions table."""
    from homeward.adapters.suppressions import DynamoSuppressionList

    return DynamoSuppressionList(settings()[Setting.SUPPRESSIONS_TABLE], settings()[Setting.AUDIT_TABLE])


def fetch_failures() -> DynamoFailureStore:
    """The failures table."""
    from homeward.adapters.fetch_failures import DynamoFailureStore

    return DynamoFailureStore(settings()[Setting.FAILURES_TABLE], settings()[Setting.AUDIT_TABLE])


def faces() -> RekognitionCollection:
    """The live face collection."""
    from homeward.adapters.faces import RekognitionCollection

    return RekognitionCollection(settings()[Setting.COLLECTION_PARAMETER])


def objects() -> S3ObjectStore:
    """Objects in S3."""
    from homeward.adapters.objects import S3ObjectStore

    return S3ObjectStore()


def cases_bucket() -> str:
    """The bucket of records, photos, policies and the files of sync runs."""
    return settings()[Setting.CASES_BUCKET]


def detections() -> DynamoDetectionStore:
    """The detections table."""
    from homeward.adapters.detections import DynamoDetectionStore

    return DynamoDetectionStore(settings()[Setting.DETECTIONS_TABLE], settings()[Setting.AUDIT_TABLE])


def frames() -> DynamoFrameStore:
    """The frames table."""
    from homeward.adapters.frames import DynamoFrameStore

    names = settings()
    return DynamoFrameStore(names[Setting.FRAMES_TABLE], names[Setting.DETECTIONS_TABLE], names[Setting.AUDIT_TABLE])


def pictures() -> S3PictureStore:
    """Camera pictures."""
    from homeward.adapters.pictures import S3PictureStore

    return S3PictureStore()


def alerts() -> DynamoAlertStore:
    """The alerts table."""
    from homeward.adapters.alerts import DynamoAlertStore

    names = settings()
    return DynamoAlertStore(names[Setting.ALERTS_TABLE], names[Setting.DETECTIONS_TABLE], names[Setting.AUDIT_TABLE])


def reviews() -> DynamoReviewStore:
    """The reviews table."""
    from homeward.adapters.reviews import DynamoReviewStore

    names = settings()
    return DynamoReviewStore(names[Setting.REVIEWS_TABLE], names[Setting.DETECTIONS_TABLE], names[Setting.AUDIT_TABLE])


def look_alikes() -> DynamoLookAlikeStore:
    """The look-alikes table."""
    from homeward.adapters.look_alikes import DynamoLookAlikeStore

    return DynamoLookAlikeStore(settings()[Setting.LOOKALIKES_TABLE], settings()[Setting.AUDIT_TABLE])


def audit_log() -> DynamoAuditLog:
    """The audit table."""
    from homeward.adapters.audit_log import DynamoAuditLog

    return DynamoAuditLog(settings()[Setting.AUDIT_TABLE])


def live_policy() -> LivePolicy:
    """The approved policy."""
    from homeward.adapters.policies import LivePolicy

    return LivePolicy(settings()[Setting.POLICY_PARAMETER], cases_bucket())


# ------------------------------------------------------------------------------------- ingestion


def _namus() -> CaseSource:
    from homeward.adapters.sources.namus import NamusSource

    return NamusSource.from_environment(os.environ)


def _fbi() -> CaseSource:
    from homeward.adapters.sources.fbi import FbiSource

    return FbiSource.from_environment(os.environ)


SOURCES: Mapping[str, Callable[[], CaseSource]] = {"namus": _namus, "fbi": _fbi}
"""Name of a source -> what makes its adapter. Another source is an adapter and a row here (CONTRIBUTING.md)."""


@cache
def source(name: str) -> CaseSource:
    """A source, as the environment variables HOMEWARD_<NAME>_* say; one HTTP session per process."""
    return SOURCES[name]()


def _actor(name: str) -> str:
    """Who is said to have done what a source's DAG does."""
    return f"dag:sync_{name}_cases"


def sweep_cases(name: str) -> SweepCases:
    """Task sweep_cases."""
    from homeward.steps.sweep_cases import SweepCases

    return SweepCases(source(name), objects(), cases_bucket(), clock)


def diff_cases(name: str) -> DiffCases:
    """Task diff_cases."""
    from homeward.adapters.messages import SnsPublisher
    from homeward.steps.diff_cases import DiffCases

    names = settings()
    return DiffCases(
        source=source(name),
        cases=cases(),
        failures=fetch_failures(),
        suppressions=suppressions(),
        objects=objects(),
        audit=audit_log(),
        alarm=SnsPublisher(),
        bucket=names[Setting.CASES_BUCKET],
        operations_topic_arn=names[Setting.OPERATIONS_TOPIC_ARN],
        clock=clock,
        actor=_actor(name),
    )


def fetch_cases(name: str) -> FetchCases:
    """Task fetch_cases."""
    from homeward.steps.case_photos import SortPhotos
    from homeward.steps.fetch_cases import FetchCases

    bucket = cases_bucket()
    photos = SortPhotos(source(name), cases(), objects(), bucket)
    stores = (cases(), fetch_failures(), suppressions(), photos, objects())
    return FetchCases(source(name), *stores, bucket, clock, _actor(name))


def withdraw_cases(name: str) -> WithdrawCases:
    """Task withdraw_cases."""
    from homeward.steps.withdraw_cases import WithdrawCases

    return WithdrawCases(source(name), cases(), objects(), cases_bucket(), clock, _actor(name))


def remove_faces(actor: str) -> RemoveFaces:
    """Task remove_faces; also done at once when a person suppresses a case."""
    from homeward.steps.remove_faces import RemoveFaces

    return RemoveFaces(faces(), cases(), objects(), cases_bucket(), clock, actor, retract_alerts_of)


def suppress_case() -> SuppressCase:
    """A person's entry in the suppression list."""
    from homeward.steps.suppress_case import SuppressCase

    return SuppressCase(cases(), suppressions(), clock)


def write_manifest() -> WriteManifest:
    """Task write_manifest."""
    from homeward.steps.write_manifest import WriteManifest

    names = settings()
    machine = names[Setting.INDEX_PHOTOS_MACHINE_ARN]
    return WriteManifest(cases(), objects(), names[Setting.CASES_BUCKET], machine)


def index_photo() -> IndexPhoto:
    """Function index_photo."""
    from homeward.steps.index_photo import IndexPhoto

    return IndexPhoto(faces(), cases(), cases_bucket(), clock)


def summarise_sync(name: str) -> SummariseSync:
    """Task summarise_sync."""
    from homeward.steps.summarise_sync import SummariseSync

    return SummariseSync(cases(), objects(), audit_log(), cases_bucket(), clock, _actor(name))


# ------------------------------------------------------------------------------------- detection


def start_detection() -> StartDetection:
    """Function start_detection."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.start_detection import StartDetection

    names = settings()
    return StartDetection(
        detections=detections(),
        frames=frames(),
        audit=audit_log(),
        pictures=pictures(),
        machines=StepFunctionsMachines(),
        detection_machine_arn=names[Setting.DETECTION_MACHINE_ARN],
        frame_machine_arn=names[Setting.FRAME_MACHINE_ARN],
        clock=clock,
    )


def detect_faces() -> DetectFaces:
    """State Detect Faces."""
    from homeward.adapters.faces import RekognitionDetector
    from homeward.steps.detect_faces import DetectFaces

    return DetectFaces(RekognitionDetector(), frames(), pictures(), clock)


def crop_faces() -> CropFaces:
    """State Crop Faces; the only one with an imaging library."""
    from homeward.adapters.imaging import PillowCutter
    from homeward.steps.crop_faces import CropFaces

    return CropFaces(PillowCutter(), frames(), pictures(), clock)


def crops() -> Crops:
    """What becomes of a detection's crop."""
    from homeward.steps.crops import Crops

    return Crops(pictures(), live_policy())


def search_faces() -> SearchFaces:
    """State Search Faces."""
    from homeward.steps.search_faces import SearchFaces

    return SearchFaces(faces(), detections(), crops(), live_policy(), clock)


def judge() -> Judge:
    """What decides about a detection."""
    from homeward.steps.assess_candidates import Judge

    return Judge(cases(), look_alikes())


def assess_candidates() -> AssessCandidates:
    """State Assess Candidates."""
    from homeward.steps.assess_candidates import AssessCandidates

    return AssessCandidates(judge(), detections(), crops(), live_policy(), clock)


def reserve_alert() -> ReserveAlert:
    """State Reserve Alert."""
    from homeward.steps.reserve_alert import ReserveAlert

    return ReserveAlert(alerts(), detections(), crops(), live_policy(), clock)


def request_review() -> RequestReview:
    """State Request Review."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.request_review import RequestReview

    return RequestReview(reviews(), StepFunctionsMachines(), clock)


def answer_review() -> AnswerReview:
    """A reviewer's answer."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.answer_review import AnswerReview

    return AnswerReview(reviews(), StepFunctionsMachines(), clock)


def publish_alert() -> PublishAlert:
    """State Publish Alert."""
    from homeward.adapters.messages import SnsPublisher
    from homeward.steps.publish_alert import PublishAlert

    once = SnsPublisher(attempts=1)
    return PublishAlert(alerts(), cases(), once, live_policy(), settings()[Setting.ALERT_TOPIC_ARN], clock)


def mark_sent() -> MarkSent:
    """State Mark Sent."""
    from homeward.steps.mark_sent import MarkSent

    return MarkSent(alerts(), detections(), crops(), clock)


def confirm_alert() -> ConfirmAlert:
    """Function confirm_alert."""
    from homeward.steps.confirm_alert import ConfirmAlert
    from homeward.steps.mark_sent import MarkSent

    actor = "function:confirm_alert"
    return ConfirmAlert(MarkSent(alerts(), detections(), crops(), clock, actor), audit_log(), clock, actor)


def release_alert() -> ReleaseAlert:
    """State Release Alert."""
    from homeward.steps.release_alert import ReleaseAlert

    return ReleaseAlert(alerts(), detections(), reviews(), crops(), clock)


def retract_alert() -> RetractAlert:
    """Taking back an alert that went out."""
    from homeward.adapters.messages import SnsPublisher
    from homeward.steps.retract_alert import RetractAlert

    topic = settings()[Setting.ALERT_TOPIC_ARN]
    return RetractAlert(alerts(), detections(), cases(), SnsPublisher(), topic, clock)


def retract_alerts_of(case: CaseKey, actor: str) -> list[str]:
    """Take back the recent alerts of a case that is closed or withdrawn; returns their detections."""
    from homeward.domain.alerts import RetractionReason

    return retract_alert().retract_of(case, RetractionReason.CASE_CLOSED, actor)


def mark_look_alike() -> MarkLookAlike:
    """A person's mark on two cases."""
    from homeward.steps.mark_look_alike import MarkLookAlike

    return MarkLookAlike(look_alikes(), cases(), clock)


def record_failure() -> RecordFailure:
    """State Record Failure."""
    from homeward.adapters.messages import SnsPublisher, SqsDeadLetters
    from homeward.steps.record_failure import RecordFailure

    letters = SqsDeadLetters(settings()[Setting.DEAD_LETTER_QUEUE_URL])
    topic = settings()[Setting.OPERATIONS_TOPIC_ARN]
    return RecordFailure(detections(), letters, SnsPublisher(), topic, clock, frames())


# ------------------------------------------------------------------------------------- redriving and replaying

REDRIVER, REPLAYER = "dag:redrive_stuck", "dag:replay_detections"


def _detection_rows() -> DynamoWorkStore:
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
    from homeward.adapters.messages import SnsPublisher
    from homeward.steps.redrive_work import RedriveWork

    names, step_functions = settings(), StepFunctionsMachines()
    return RedriveWork(
        kind=kind,
        rows=rows,
        settle=settle,
        machines=step_functions,
        executions=step_functions,
        machine_arn=names[machine],
        alarm=SnsPublisher(),
        operations_topic_arn=names[Setting.OPERATIONS_TOPIC_ARN],
        clock=clock,
        actor=REDRIVER,
    )


def redrive_detection() -> RedriveWork:
    """One detection whose execution may be dead."""
    from homeward.steps.settle_pictures import SettleCrop

    settle = SettleCrop(detections(), crops())
    return _redrive_work("detection", _detection_rows(), settle, Setting.DETECTION_MACHINE_ARN)


def redrive_frame() -> RedriveWork:
    """One frame whose execution may be dead."""
    from homeward.steps.forget_frame import ForgetFrame
    from homeward.steps.settle_pictures import SettleFrame

    settle = SettleFrame(frames(), ForgetFrame(frames(), pictures(), clock, REDRIVER))
    return _redrive_work("frame", _frame_rows(), settle, Setting.FRAME_MACHINE_ARN)


def redrive_dead_letters() -> RedriveDeadLetters:
    """Task redrive_dead_letters."""
    from homeward.adapters.letter_box import SqsLetterBox
    from homeward.adapters.messages import SnsPublisher
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
        alarm=SnsPublisher(),
        operations_topic_arn=names[Setting.OPERATIONS_TOPIC_ARN],
        clock=clock,
        actor=REDRIVER,
    )


def redrive_frames() -> RedriveRows:
    """Task redrive_frames."""
    from homeward.domain.frames import UNFINISHED_FRAMES, FrameOutcome
    from homeward.steps.redrive_rows import RedriveRows

    return RedriveRows(_frame_rows(), redrive_frame(), (*UNFINISHED_FRAMES, FrameOutcome.FAILED), clock)


def redrive_detections() -> RedriveRows:
    """Task redrive_detections: those that hold no claim to an alert yet, and those that failed."""
    from homeward.domain.detections import DetectionState, Outcome
    from homeward.steps.redrive_rows import RedriveRows

    states = (DetectionState.RECEIVED, DetectionState.SEARCHED, DetectionState.ASSESSED, Outcome.FAILED)
    return RedriveRows(_detection_rows(), redrive_detection(), states, clock)


def redrive_alerts() -> RedriveRows:
    """Task redrive_alerts: detections that hold a claim."""
    from homeward.domain.detections import DetectionState
    from homeward.steps.redrive_rows import RedriveRows

    return RedriveRows(_detection_rows(), redrive_detection(), (DetectionState.RESERVED,), clock)


def redrive_reviews() -> RedriveReviews:
    """Task redrive_reviews."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.redrive_reviews import RedriveReviews

    step_functions = StepFunctionsMachines()
    return RedriveReviews(_detection_rows(), reviews(), step_functions, step_functions, redrive_detection(), clock)


def summarise_redrive() -> SummariseRedrive:
    """Task summarise_redrive."""
    from homeward.steps.summarise_redrive import SummariseRedrive

    return SummariseRedrive(audit_log(), clock, REDRIVER)


def plan_replay() -> PlanReplay:
    """Task plan_replay."""
    from homeward.adapters.kept_detections import DynamoKeptDetections
    from homeward.steps.plan_replay import PlanReplay

    kept = DynamoKeptDetections(settings()[Setting.DETECTIONS_TABLE])
    return PlanReplay(kept, objects(), cases_bucket(), live_policy().key, clock)


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

    return SummariseReplay(objects(), audit_log(), cases_bucket(), clock, REPLAYER)
