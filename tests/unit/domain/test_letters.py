"""What arrives in the dead-letter queue is told apart by its form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from homeward.domain.letters import LetterKind, read_letter
from tests.factories import detection

EVENT = {"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {}}}
NOTE = {"Type": "Notification", "MessageId": "m-1", "TopicArn": "arn:topic", "Message": "text"}
RECORDS = {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "m-1"}}]}
FAILURE = {"detection": detection().to_json(), "error": "ThrottledError", "execution": "arn:execution"}


def wrapped(event: Any) -> dict[str, Any]:
    """As Lambda hands a failed asynchronous call to its destination."""
    return {"version": "1.0", "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}


@pytest.mark.parametrize("wrap", [lambda event: event, wrapped])
@pytest.mark.parametrize(
    ("letter", "kind", "event"),
    [
        (EVENT, LetterKind.PICTURE, EVENT),
        (NOTE, LetterKind.RECEIPT, {"Records": [{"EventSource": "aws:sns", "Sns": NOTE}]}),
        (RECORDS, LetterKind.RECEIPT, RECORDS),
        (
            FAILURE,
            LetterKind.FAILURE,
            {"kind": "detection", "id": detection().detection_id, "error": "ThrottledError"},
        ),
        ({"frame": {"frame_id": "f-1"}}, LetterKind.FAILURE, {"kind": "frame", "id": "f-1", "error": ""}),
    ],
)
def test_every_form_is_known(wrap: Any, letter: Any, kind: LetterKind, event: Any) -> None:
    content = read_letter(json.dumps(wrap(letter)))
    assert (content.kind, content.event) == (kind, event)


@pytest.mark.parametrize(
    "body", ["", "hello", "[]", "{}", "null", '{"detection": {}}', '{"Records": []}', '{"Records": [1]}', "[" * 100_000]
)
def test_what_nobody_knows_is_unreadable_and_says_why(body: str) -> None:
    content = read_letter(body)
    assert content.kind is LetterKind.UNREADABLE
    assert content.event["problem"]


values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(["detection", "frame", "Records", "Sns", "requestPayload", "source", "detail", "Type"])
            | some.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(values)
def test_no_letter_stops_the_round(value: Any) -> None:
    assert read_letter(json.dumps(value)).kind in LetterKind


def test_receipts_are_dealt_with_first() -> None:
    assert sorted(LetterKind)[0] is LetterKind.RECEIPT
