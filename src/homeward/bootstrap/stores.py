"""The stores: what the tables, buckets and parameters of the stack hold; and the operators' topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.adapters.alerts import DynamoAlertStore
    from homeward.adapters.audit_log import DynamoAuditLog
    from homeward.adapters.cases import DynamoCaseStore
    from homeward.adapters.detections import DynamoDetectionStore
    from homeward.adapters.face_collections import RekognitionCollections
    from homeward.adapters.faces import RekognitionCollection
    from homeward.adapters.fetch_failures import DynamoFailureStore
    from homeward.adapters.frames import DynamoFrameStore
    from homeward.adapters.heartbeats import S3Heartbeats
    from homeward.adapters.look_alikes import DynamoLookAlikeStore
    from homeward.adapters.objects import S3ObjectStore
    from homeward.adapters.operators import TopicOperators
    from homeward.adapters.pictures import S3PictureStore
    from homeward.adapters.policies import LivePolicy
    from homeward.adapters.policy_shelf import S3PolicyShelf
    from homeward.adapters.reviews import DynamoReviewStore
    from homeward.adapters.staff import DynamoStaffList
    from homeward.adapters.suppressions import DynamoSuppressionList
    from homeward.domain.ports import CollectionState
    from homeward.steps.latest_runs import LatestRuns
    from homeward.steps.record_view import RecordView


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


def cameras() -> S3Heartbeats:
    """What was last heard of each camera."""
    from homeward.adapters.heartbeats import S3Heartbeats

    return S3Heartbeats(settings()[Setting.PICTURES_BUCKET])


def fetch_failures() -> DynamoFailureStore:
    """The failures table."""
    from homeward.adapters.fetch_failures import DynamoFailureStore

    return DynamoFailureStore(settings()[Setting.FAILURES_TABLE], settings()[Setting.AUDIT_TABLE])


def faces() -> RekognitionCollection:
    """The live face collection."""
    from homeward.adapters.faces import RekognitionCollection

    return RekognitionCollection(settings()[Setting.COLLECTION_PARAMETER])


def patient_faces() -> RekognitionCollection:
    """The live face collection, for tasks that can wait while calls are throttled."""
    from homeward.adapters.faces import PATIENT, RekognitionCollection

    return RekognitionCollection(settings()[Setting.COLLECTION_PARAMETER], attempts=PATIENT)


def face_collections() -> RekognitionCollections:
    """Every generation of the face collection."""
    from homeward.adapters.face_collections import RekognitionCollections

    return RekognitionCollections(settings()[Setting.COLLECTION_PARAMETER])


def patient_face_collections() -> RekognitionCollections:
    """Every generation, for tasks that can wait while calls are throttled."""
    from homeward.adapters.face_collections import RekognitionCollections
    from homeward.adapters.faces import PATIENT

    return RekognitionCollections(settings()[Setting.COLLECTION_PARAMETER], PATIENT)


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


def staff() -> DynamoStaffList:
    """The names of those who answer, approve and look."""
    from homeward.adapters.staff import DynamoStaffList

    return DynamoStaffList(settings()[Setting.STAFF_TABLE], settings()[Setting.STAFF_KEY_PARAMETER])


def record_view() -> RecordView:
    """Who looks at records of people."""
    from homeward.steps.record_view import RecordView

    return RecordView(audit_log(), base.clock)


def latest_runs() -> LatestRuns:
    """The newest success of each job."""
    from homeward.steps.latest_runs import LatestRuns

    return LatestRuns(objects(), cases_bucket())


def operators() -> TopicOperators:
    """Whoever subscribed to the operations topic."""
    from homeward.adapters.messages import SnsPublisher
    from homeward.adapters.operators import TopicOperators

    return TopicOperators(SnsPublisher(), settings()[Setting.OPERATIONS_TOPIC_ARN])


def live_policy() -> LivePolicy:
    """The approved policy."""
    from homeward.adapters.policies import LivePolicy

    return LivePolicy(settings()[Setting.POLICY_PARAMETER], cases_bucket())


def policy_shelf() -> S3PolicyShelf:
    """Every policy."""
    from homeward.adapters.policy_shelf import S3PolicyShelf

    return S3PolicyShelf(settings()[Setting.POLICY_PARAMETER], cases_bucket())


def live_collection() -> CollectionState:
    """The live collection as it is now."""
    from homeward.adapters.collection_state import live_state

    return live_state(settings()[Setting.COLLECTION_PARAMETER])
