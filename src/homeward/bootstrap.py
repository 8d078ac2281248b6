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
    from homeward.adapters.objects import S3ObjectStore
    from homeward.adapters.policies import LivePolicy
    from homeward.adapters.reviews import DynamoReviewStore
    from homeward.adapters.suppressions import DynamoSuppressionList
    from homeward.domain.ports import CaseSource
    from homeward.steps.answer_review import AnswerReview
    from homeward.steps.assess_candidates import AssessCandidates
    from homeward.steps.diff_cases import DiffCases
    from homeward.steps.fetch_cases import FetchCases
    from homeward.steps.index_photo import IndexPhoto
    from homeward.steps.mark_sent import MarkSent
    from homeward.steps.publish_alert import PublishAlert
    from homeward.steps.record_failure import RecordFailure
    from homeward.steps.release_alert import ReleaseAlert
    from homeward.steps.remove_faces import RemoveFaces
    from homeward.steps.request_review import RequestReview
    from homeward.steps.reserve_alert import ReserveAlert
    from homeward.steps.search_faces import SearchFaces
    from homeward.steps.start_detection import StartDetection
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

    return RemoveFaces(faces(), cases(), objects(), cases_bucket(), clock, actor)


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

    machine = settings()[Setting.DETECTION_MACHINE_ARN]
    return StartDetection(detections(), audit_log(), objects(), StepFunctionsMachines(), machine, clock)


def search_faces() -> SearchFaces:
    """State Search Faces."""
    from homeward.steps.search_faces import SearchFaces

    return SearchFaces(faces(), detections(), live_policy(), clock)


def assess_candidates() -> AssessCandidates:
    """State Assess Candidates."""
    from homeward.steps.assess_candidates import AssessCandidates

    return AssessCandidates(cases(), detections(), live_policy(), clock)


def reserve_alert() -> ReserveAlert:
    """State Reserve Alert."""
    from homeward.steps.reserve_alert import ReserveAlert

    return ReserveAlert(alerts(), live_policy(), clock)


def request_review() -> RequestReview:
    """State Request Review."""
    from homeward.steps.request_review import RequestReview

    return RequestReview(reviews(), clock)


def answer_review() -> AnswerReview:
    """A reviewer's answer."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.answer_review import AnswerReview

    return AnswerReview(reviews(), StepFunctionsMachines(), clock)


def publish_alert() -> PublishAlert:
    """State Publish Alert."""
    from homeward.adapters.messages import SnsPublisher
    from homeward.steps.publish_alert import PublishAlert

    return PublishAlert(alerts(), cases(), SnsPublisher(), settings()[Setting.ALERT_TOPIC_ARN])


def mark_sent() -> MarkSent:
    """State Mark Sent."""
    from homeward.steps.mark_sent import MarkSent

    return MarkSent(alerts(), clock)


def release_alert() -> ReleaseAlert:
    """State Release Alert."""
    from homeward.steps.release_alert import ReleaseAlert

    return ReleaseAlert(alerts(), detections(), clock)


def record_failure() -> RecordFailure:
    """State Record Failure."""
    from homeward.adapters.messages import SnsPublisher, SqsDeadLetters
    from homeward.steps.record_failure import RecordFailure

    letters = SqsDeadLetters(settings()[Setting.DEAD_LETTER_QUEUE_URL])
    return RecordFailure(detections(), letters, SnsPublisher(), settings()[Setting.OPERATIONS_TOPIC_ARN], clock)
