"""Bootstrap's own wiring of the real steps, with fallible ports in memory behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeward import bootstrap
from homeward.adapters import letter_box, machines, messages
from homeward.bootstrap import base, detection, ingestion, redriving, stores
from homeward.domain.cases import Case, CaseKey, PhotoClass, PhotoKey
from homeward.domain.detections import Outcome, Picture
from homeward.domain.errors import NotFoundError, ServiceUnavailableError
from homeward.domain.ports import SearchResult
from homeward.settings import Setting, Settings
from tests import factories, memory
from tests.invariants.asl import TaskFailedError
from tests.invariants.cloud import Cloud

MACHINE = Path(__file__).resolve().parents[2] / "statemachines/detection/detection.asl.json"
DEFINITION: dict[str, Any] = json.loads(MACHINE.read_text())
ROOMS = (base, stores, detection, ingestion, redriving)
POLICY = factories.policy(keep_days={Outcome.ALERTED: 30, Outcome.DUPLICATE: 7})
ADULT, MINOR = factories.case_key(51557), factories.case_key(51558)
CASES = {
    ADULT: factories.case(51557),
    # Whoever may be a minor is never alerted about unasked, and two people must look.
    MINOR: factories.case(51558, current_age_min=15, current_age_max=15),
}
STEPS = (
    "start_detection",
    "search_faces",
    "assess_candidates",
    "reserve_alert",
    "request_review",
    "publish_alert",
    "mark_sent",
    "confirm_alert",
    "release_alert",
    "record_failure",
)
TASKS = ("redrive_dead_letters", "redrive_detections", "redrive_reviews", "redrive_alerts")
PEOPLE_AND_AIRFLOW = (*TASKS, "answer_review", "retract_alert")


class Port:
    """A port whose every call goes through the cloud, which may let it fail."""

    def __init__(self, cloud: Cloud, name: str, behind: Any) -> None:
        self._cloud, self._name, self._behind = cloud, name, behind

    def __getattr__(self, method: str) -> Callable[..., Any]:
        do, name = getattr(self._behind, method), f"{self._name}.{method}"
        return lambda *args, **more: self._cloud.through(name, lambda: do(*args, **more))


@dataclass
class Pictures:
    """PictureStore and FaceCollection: what a picture shows is known beforehand."""

    places: dict[str, str]
    faces: dict[str, tuple[CaseKey, float]]

    def metadata(self, picture: Picture) -> dict[str, str]:
        if picture.key not in self.places:
            raise NotFoundError(picture.key)
        return {"place": self.places[picture.key]}

    def delete(self, picture: Picture) -> None:
        self.places.pop(picture.key, None)

    def search(self, picture: Picture, threshold: float, max_faces: int) -> SearchResult:
        if picture.key not in self.places:
            return SearchResult(None, (), unusable="GONE", collection="c")
        case, similarity = self.faces[picture.key]
        match = factories.face_match(int(case.number), similarity)
        return SearchResult(
            factories.probe(), (match,) if similarity >= threshold else (), None, "c", factories.FACE_MODEL
        )


class Cases:
    """CaseStore; every photo is indexed and trusted."""

    def get_cases(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Case]:
        return {key: CASES[key] for key in keys}

    def indexed_classes(self, photos: Iterable[PhotoKey]) -> dict[PhotoKey, PhotoClass]:
        return dict.fromkeys(photos, PhotoClass.FACIAL)


class Policies:
    """PolicySource."""

    def live(self) -> Any:
        return POLICY


class Topic:
    """Publisher. Like the SDK, it tries again by itself when it got no answer, `attempts` times in all."""

    def __init__(self, cloud: Cloud, attempts: int) -> None:
        self._cloud, self._attempts = cloud, attempts

    def publish(self, topic_arn: str, *rest: Any) -> str:
        name = "publish" if topic_arn == "ALERT_TOPIC_ARN" else "tell"
        for attempt in range(1, self._attempts + 1):
            try:
                return str(self._cloud.through(name, lambda: self._cloud.publish(topic_arn, *rest)))
            except ServiceUnavailableError:
                if attempt == self._attempts:
                    raise
        raise AssertionError("no attempt was made")


@dataclass
class Letters:
    """DeadLetters and LetterBox."""

    cloud: Cloud

    def send(self, body: Mapping[str, Any]) -> None:
        self.cloud.send_letter(body)

    def receive(self, limit: int) -> Any:
        return self.cloud.receive_letters(limit)

    def delete(self, letter: Any) -> None:
        self.cloud.letters.pop(letter.receipt, None)

    def give_back(self, letter: Any) -> None:
        self.cloud.give_back(letter)


@dataclass
class Machines:
    """Machines and Executions."""

    cloud: Cloud

    def start(self, machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
        return self.cloud.start(DEFINITION, name, dict(payload))

    def status(self, machine_arn: str, name: str) -> str | None:
        return self.cloud.status(name)

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        self.cloud.answer(token, dict(output))

    def fail(self, token: str, error: str, cause: str) -> None:
        self.cloud.answer(token, None, TaskFailedError(error, cause))

    def heartbeat(self, token: str) -> None:
        self.cloud.heartbeat(token)


@dataclass
class Objects:
    """ObjectStore, where letters are parked."""

    parked: list[str]

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        self.parked.append(body.decode())


@dataclass
class Wiring:
    """What is behind the ports, and the use cases in front of them: `functions`, and `tasks` of people and Airflow."""

    cloud: Cloud
    tables: memory.Tables = field(default_factory=memory.Tables)
    pictures: Pictures = field(default_factory=lambda: Pictures({}, {}))
    parked: list[str] = field(default_factory=list)
    functions: dict[str, Any] = field(default_factory=dict)
    tasks: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {setting.value: setting.value for setting in Setting}
        ports = {
            "cases": Cases(),
            "detections": memory.MemoryDetections(self.tables),
            "frames": object(),
            "pictures": self.pictures,
            "alerts": memory.MemoryAlerts(self.tables),
            "reviews": memory.MemoryReviews(self.tables),
            "look_alikes": memory.MemoryLookAlikes(self.tables),
            "audit_log": memory.MemoryAudit(self.tables),
            "faces": self.pictures,
            "objects": Objects(self.parked),
            "detection_rows": memory.MemoryWork(self.tables),
            "_frame_rows": object(),
        }
        step_functions = Port(self.cloud, "machines", Machines(self.cloud))
        with ExitStack() as stack:
            patches: dict[str, Any] = {name: partial(Port, self.cloud, name, behind) for name, behind in ports.items()}
            policy = Port(self.cloud, "policy", Policies())
            patches |= {
                "live_policy": lambda: policy.live,
                "clock": self.cloud.clock,
                "settings": lambda: Settings(names),
            }
            for room in ROOMS:
                own = {name: value for name, value in patches.items() if hasattr(room, name)}
                stack.enter_context(patch.multiple(room, **own))
            stack.enter_context(patch.object(machines, "StepFunctionsMachines", lambda: step_functions))
            stack.enter_context(patch.object(messages, "SnsPublisher", lambda attempts=3: Topic(self.cloud, attempts)))
            letters = Port(self.cloud, "dead_letters", Letters(self.cloud))
            stack.enter_context(patch.object(messages, "SqsDeadLetters", lambda url: letters))
            stack.enter_context(patch.object(letter_box, "SqsLetterBox", lambda url: letters))
            self.functions = {name: getattr(bootstrap, name)() for name in STEPS}
            self.tasks = {name: getattr(bootstrap, name)() for name in PEOPLE_AND_AIRFLOW}
