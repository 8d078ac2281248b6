"""Pictures that go all the ways through the deployed machines, and which step failed on the way."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain.detections import Picture, PictureKey
from homeward.domain.errors import HomewardError
from homeward.domain.frames import Frame
from homeward.domain.reviews import ReviewVerdict
from homeward.settings import Setting
from tests.contract.retention.sightings import Sightings, until
from tests.factories import namus

_seconds = itertools.count(1)


@dataclass(frozen=True)
class Ended:
    """An execution's end, and the states in which a task failed, in their order."""

    status: str
    failed: tuple[str, ...]


NEVER_STARTED = Ended("NEVER STARTED", ())


@dataclass
class Journeys:
    """Each journey puts one picture and follows it to its end."""

    seen: Sightings
    letters: list[str] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        return self.seen.settings[Setting.PICTURES_BUCKET]

    def nobody(self) -> Ended:
        """A face that no case has."""
        return self._detection(self.seen.stranger)

    def no_face(self) -> Ended:
        return self._detection(namus.jpeg(300, 300))

    def confirmed(self, place: str = "") -> Ended:
        """A match, confirmed by a person, alerted."""
        name = self._put_crop(self.seen.pictures[0], place)
        return self._follow("DETECTION_MACHINE_ARN", name, ReviewVerdict.CONFIRMED)

    def rejected(self) -> Ended:
        return self._detection(self.seen.pictures[0], ReviewVerdict.REJECTED)

    def duplicate(self) -> Ended:
        """The same person at the same place again, within the quiet window."""
        place = f"again{next(_seconds)}"
        self.confirmed(place)
        return self._follow("DETECTION_MACHINE_ARN", self._put_crop(self.seen.pictures[0], place), None)

    def frame(self) -> Ended:
        """A whole picture with one face, whose crop's detection isn't followed."""
        return self._frame(self.seen.pictures[0])

    def empty_frame(self) -> Ended:
        return self._frame(namus.jpeg(300, 300))

    def _detection(self, data: bytes, verdict: ReviewVerdict | None = None) -> Ended:
        return self._follow("DETECTION_MACHINE_ARN", self._put_crop(data), verdict)

    def _put_crop(self, data: bytes, place: str = "") -> str:
        number = next(_seconds)
        key = f"crops/door{number}/20261122T2215{number:05d}Z-1.jpg"
        more = {"place": place or f"door{number}"}
        put = client("s3").put_object(Bucket=self.bucket, Key=key, Body=data, Metadata=more)
        return PictureKey.parse(key).name(Picture(self.bucket, key, put["VersionId"], 0))

    def _frame(self, data: bytes) -> Ended:
        number = next(_seconds)
        key = f"frames/hall{number}/20261122T2215{number:05d}Z-1.jpg"
        put = client("s3").put_object(Bucket=self.bucket, Key=key, Body=data, Metadata={"place": f"hall{number}"})
        frame = Frame.of(Picture(self.bucket, key, put["VersionId"], len(data)), f"hall{number}")
        return self._follow("FRAME_MACHINE_ARN", frame.frame_id, None)

    def _follow(self, machine: str, name: str, verdict: ReviewVerdict | None) -> Ended:
        arn = self.seen.settings[Setting(machine)].replace(":stateMachine:", ":execution:") + f":{name}"
        answered = False

        def ended() -> dict[str, Any] | None:
            nonlocal answered
            found = _execution(arn)
            if found is None:
                return {"status": "NEVER STARTED"} if self._undelivered(name) else None
            if found["status"] == "RUNNING" and verdict and not answered:
                answered = self._answer(name, verdict)
            return found if found["status"] != "RUNNING" else None

        status = until(ended)["status"]
        return Ended(status, _failed(arn) if status != "NEVER STARTED" else ())

    def _answer(self, name: str, verdict: ReviewVerdict) -> bool:
        if (self.seen.row(name) or {}).get("state") != "IN_REVIEW":
            return False
        try:
            bootstrap.answer_review()(name, verdict, "a reviewer", "")
        except HomewardError:  # it isn't open yet
            return False
        return True

    def _undelivered(self, name: str) -> bool:
        """Whether a letter about the picture came; letters are kept here."""
        queue = self.seen.settings[Setting.DEAD_LETTER_QUEUE_URL]
        for one in client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            self.letters.append(one["Body"])
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return any(part in letter for letter in self.letters for part in _parts(name))


def _parts(name: str) -> tuple[str, ...]:
    """What a letter has of a detection: its id, or its picture's key."""
    camera = name.split("-")[0]
    return (name, f"crops/{camera}/", f"frames/{camera}/")


def _execution(arn: str) -> dict[str, Any] | None:
    states = client("stepfunctions")
    try:
        return dict(states.describe_execution(executionArn=arn))
    except states.exceptions.ExecutionDoesNotExist:
        return None


def _failed(arn: str) -> tuple[str, ...]:
    events = client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)["events"]
    state, found = "", []
    for event in events:
        if entered := event.get("stateEnteredEventDetails"):
            state = entered["name"]
        if event["type"] in ("TaskFailed", "LambdaFunctionFailed", "TaskSubmitFailed"):
            found.append(state)
    return tuple(dict.fromkeys(found))
