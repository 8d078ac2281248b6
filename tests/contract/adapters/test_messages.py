"""Messages over SNS: what subscribers get, what a lost answer means, and the receipt that comes back to us."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from homeward.adapters.aws import client
from homeward.adapters.messages import SnsPublisher
from homeward.domain.alerts import Lead, alert_attributes, alert_subject, alert_texts
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.claims import AlertKind, Slot, SlotName, SlotState
from homeward.domain.detections import Detection, DetectionState
from homeward.domain.errors import HomewardError, PublishError, ServiceUnavailableError, ThrottledError
from homeward.domain.ports import AlertChange
from homeward.settings import Setting, Settings
from tests.factories import case, case_key, detection
from tests.factories.desk import DECISION

TEXTS, SLOW_SECONDS = {"default": "{}", "sms": "x"}, 60.0


def _until(condition: Callable[[], Any], complaint: str) -> Any:
    deadline = time.monotonic() + SLOW_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)
    return found


def test_subscribers_get_their_text_and_can_filter_by_numbers(settings: Settings) -> None:
    topic = client("sns").create_topic(Name=f"topic-{uuid4().hex[:8]}")["TopicArn"]
    queue = client("sqs").create_queue(QueueName=f"queue-{uuid4().hex[:8]}")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    wanted = {"FilterPolicy": json.dumps({"kind": ["ALERT"], "similarity": [{"numeric": [">=", 99]}]})}
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=wanted)
    for similarity, kind in ((98.5, "ALERT"), (99.5, "RETRACTION"), (99.5, "ALERT")):
        attributes: dict[str, str | float] = {"kind": kind, "similarity": similarity, "camera": ""}
        last = SnsPublisher().publish(topic, "Lead", {"default": f"{similarity} {kind}", "sms": "x"}, attributes)
    got = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
    message = [json.loads(one["Body"]) for one in got]
    assert [(one["Message"], one["MessageId"]) for one in message] == [("99.5 ALERT", last)]
    assert message[0]["MessageAttributes"]["similarity"] == {"Type": "Number", "Value": "99.5"}


# ------------------------------------------------------------------------------------ what an error means


@pytest.fixture
def broken_sns(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, str]]]:
    """An SNS that answers with the (status, code) that stands in the list; status 0 hangs up. It keeps no message."""
    script: list[tuple[int, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, code = script.pop(0)
            if status == 0:
                self.close_connection = True
                return
            body = f"<ErrorResponse><Error><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in (("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{server.server_port}")
    client.cache_clear()
    yield script
    server.shutdown()
    server.server_close()
    client.cache_clear()


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "Throttled", ThrottledError),
        (400, "ThrottledException", ThrottledError),
        (429, "TooManyRequests", ThrottledError),
        (400, "InvalidParameter", PublishError),
        (403, "AuthorizationError", PublishError),
        (404, "NotFound", PublishError),
        (500, "InternalError", ServiceUnavailableError),
        (503, "ServiceUnavailable", ServiceUnavailableError),
        (0, "", ServiceUnavailableError),
    ],
)
def test_an_alert_is_tried_once_and_its_error_says_if_it_may_have_gone_out(
    broken_sns: list[tuple[int, str]], status: int, code: str, error: type[HomewardError]
) -> None:
    broken_sns += [(status, code), (500, "a second try")]
    with pytest.raises(HomewardError) as caught:
        SnsPublisher(attempts=1).publish("arn:aws:sns:us-east-1:111122223333:x", "s", TEXTS, {"kind": "ALERT"})
    assert type(caught.value) is error
    assert len(broken_sns) == 1


# ------------------------------------------------------------------------------------ receipts


@pytest.mark.parametrize("stores", ["dynamodb"], indirect=True)
def test_the_topics_own_receipt_marks_an_alert_whose_publisher_died(settings: Settings, stores: Any) -> None:
    """Through the deployed subscription: topic, filter, function, tables."""
    found = detection(shot=uuid4().hex[:12])
    place = f"place-{uuid4().hex[:8]}"
    found = Detection(found.detection_id, found.picture, found.camera, place, found.captured_at)
    now = datetime.now(UTC)

    def event() -> AuditEvent:
        return audit_event(now, "test", "test", f"detection:{found.detection_id}", "x")

    stores.detections.receive(found, event())
    step = ([DetectionState.RECEIVED], DetectionState.RESERVED, {"decision": DECISION}, event())
    stores.detections.advance(found.detection_id, *step)
    slot = Slot(SlotName.CURRENT, state=SlotState.PENDING, holder=found.detection_id, similarity=97.0, attempt_at=now)
    stores.alerts.write(AlertChange(case_key(), place, found.detection_id, slot), event())
    lead = Lead(found, DECISION, case(), AlertKind.ALERT)
    message = SnsPublisher(attempts=1).publish(
        settings[Setting.ALERT_TOPIC_ARN], alert_subject(lead), alert_texts(lead), alert_attributes(lead)
    )
    _until(lambda: stores.detections.get(found.detection_id).get("outcome"), "the receipt never came")
    row = stores.detections.get(found.detection_id)
    assert (row["outcome"], row["message_id"]) == ("ALERTED", message)
    marked = stores.alerts.slots(case_key(), place).current
    assert (marked.state, marked.message_id) == (SlotState.SENT, message)
    (told,) = [one for one in stores.audit.story(f"detection:{found.detection_id}") if one.outcome == "ALERTED"]
    assert told.actor == "function:confirm_alert"
