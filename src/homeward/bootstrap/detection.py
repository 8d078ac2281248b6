"""The use cases of the state machines and of people: from a picture to an alert, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.bootstrap.stores import (
    alerts,
    audit_log,
    cases,
    detections,
    faces,
    frames,
    live_policy,
    look_alikes,
    operators,
    pictures,
    reviews,
)
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.domain.cases import CaseKey
    from homeward.steps.answer_review import AnswerReview
    from homeward.steps.assess_candidates import AssessCandidates, Judge
    from homeward.steps.confirm_alert import ConfirmAlert
    from homeward.steps.crop_faces import CropFaces
    from homeward.steps.crops import Crops
    from homeward.steps.detect_faces import DetectFaces
    from homeward.steps.mark_look_alike import MarkLookAlike
    from homeward.steps.mark_sent import MarkSent
    from homeward.steps.publish_alert import PublishAlert
    from homeward.steps.record_failure import RecordFailure
    from homeward.steps.release_alert import ReleaseAlert
    from homeward.steps.request_review import RequestReview
    from homeward.steps.reserve_alert import ReserveAlert
    from homeward.steps.retract_alert import RetractAlert
    from homeward.steps.search_faces import SearchFaces
    from homeward.steps.start_detection import StartDetection


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
        clock=base.clock,
    )


def detect_faces() -> DetectFaces:
    """State Detect Faces."""
    from homeward.adapters.faces import RekognitionDetector
    from homeward.steps.detect_faces import DetectFaces

    return DetectFaces(RekognitionDetector(), frames(), pictures(), base.clock)


def crop_faces() -> CropFaces:
    """State Crop Faces; the only one with an imaging library."""
    from homeward.adapters.imaging import PillowCutter
    from homeward.steps.crop_faces import CropFaces

    return CropFaces(PillowCutter(), frames(), pictures(), base.clock)


def crops() -> Crops:
    """What becomes of a detection's crop."""
    from homeward.steps.crops import Crops

    return Crops(pictures(), live_policy())


def search_faces() -> SearchFaces:
    """State Search Faces."""
    from homeward.steps.search_faces import SearchFaces

    return SearchFaces(faces(), detections(), crops(), live_policy(), base.clock)


def judge() -> Judge:
    """What decides about a detection."""
    from homeward.steps.assess_candidates import Judge

    return Judge(cases(), look_alikes(), base.clock)


def assess_candidates() -> AssessCandidates:
    """State Assess Candidates."""
    from homeward.steps.assess_candidates import AssessCandidates

    return AssessCandidates(judge(), detections(), crops(), live_policy(), base.clock)


def reserve_alert() -> ReserveAlert:
    """State Reserve Alert."""
    from homeward.steps.reserve_alert import ReserveAlert

    return ReserveAlert(alerts(), detections(), crops(), live_policy(), base.clock)


def request_review() -> RequestReview:
    """State Request Review."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.request_review import RequestReview

    return RequestReview(reviews(), StepFunctionsMachines(), base.clock)


def answer_review() -> AnswerReview:
    """A reviewer's answer."""
    from homeward.adapters.machines import StepFunctionsMachines
    from homeward.steps.answer_review import AnswerReview

    return AnswerReview(reviews(), StepFunctionsMachines(), base.clock)


def publish_alert() -> PublishAlert:
    """State Publish Alert."""
    from homeward.adapters.messages import SnsPublisher
    from homeward.steps.publish_alert import PublishAlert

    once = SnsPublisher(attempts=1)
    return PublishAlert(alerts(), cases(), once, live_policy(), settings()[Setting.ALERT_TOPIC_ARN], base.clock)


def mark_sent() -> MarkSent:
    """State Mark Sent."""
    from homeward.steps.mark_sent import MarkSent

    return MarkSent(alerts(), detections(), crops(), base.clock)


def confirm_alert() -> ConfirmAlert:
    """Function confirm_alert."""
    from homeward.steps.confirm_alert import ConfirmAlert
    from homeward.steps.mark_sent import MarkSent

    actor = "function:confirm_alert"
    return ConfirmAlert(MarkSent(alerts(), detections(), crops(), base.clock, actor), audit_log(), base.clock, actor)


def release_alert() -> ReleaseAlert:
    """State Release Alert."""
    from homeward.steps.release_alert import ReleaseAlert

    return ReleaseAlert(alerts(), detections(), reviews(), crops(), base.clock)


def retract_alert() -> RetractAlert:
    """Taking back an alert that went out."""
    from homeward.adapters.messages import SnsPublisher
    from homeward.steps.retract_alert import RetractAlert

    topic = settings()[Setting.ALERT_TOPIC_ARN]
    return RetractAlert(alerts(), detections(), cases(), SnsPublisher(), topic, base.clock)


def retract_alerts_of(case: CaseKey, actor: str) -> list[str]:
    """Take back the recent alerts of a case that is closed or withdrawn; returns their detections."""
    from homeward.domain.alerts import RetractionReason

    return retract_alert().retract_of(case, RetractionReason.CASE_CLOSED, actor)


def mark_look_alike() -> MarkLookAlike:
    """A person's mark on two cases."""
    from homeward.steps.mark_look_alike import MarkLookAlike

    return MarkLookAlike(look_alikes(), cases(), base.clock)


def record_failure() -> RecordFailure:
    """State Record Failure."""
    from homeward.adapters.messages import SqsDeadLetters
    from homeward.steps.record_failure import RecordFailure

    letters = SqsDeadLetters(settings()[Setting.DEAD_LETTER_QUEUE_URL])
    return RecordFailure(detections(), letters, operators(), base.clock, frames())
