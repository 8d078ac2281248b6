"""Letters: what arrives in the dead-letter queue, told apart by its form.

* Our own, from Record Failure: `{"detection" or "frame", "error", "execution"}`.
* S3's "Object Created" event, which EventBridge couldn't hand over or `start_detection` couldn't digest.
* A receipt: a message of the alert topic that `confirm_alert` didn't get (SNS's form) or couldn't digest (Lambda's).

Lambda wraps an event that a function failed with into `{"requestPayload", "requestContext", ...}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from homeward.domain.errors import InputError


class LetterKind(IntEnum):
    """Kinds of letters, in the order in which they are dealt with: receipts say which alerts need no second try."""

    RECEIPT = 1
    PICTURE = 2
    FAILURE = 3
    UNREADABLE = 4


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of the queue; `receipt` is what deletes it, `received` how often it was looked at."""

    message_id: str
    receipt: str
    body: str
    received: int = 1


@dataclass(frozen=True, slots=True)
class Content:
    """What a letter says. `event` is the event for the use case that takes it: see `read_letter`."""

    kind: LetterKind
    event: Mapping[str, Any]


def read_letter(body: str) -> Content:
    """Tell a letter's kind, and unwrap it; what can't be read is UNREADABLE with `{"problem"}`.

    RECEIPT: Lambda's event of an SNS message. PICTURE: EventBridge's event. FAILURE: `{"kind", "id", "error"}`.
    """
    try:
        return _sorted(json.loads(body))
    except (ValueError, RecursionError, InputError) as problem:
        return Content(LetterKind.UNREADABLE, {"problem": str(problem)})


def _sorted(data: Any) -> Content:
    if not isinstance(data, dict):
        raise InputError("the letter is no JSON object")
    if "requestPayload" in data:
        return _sorted(data["requestPayload"])
    if data.get("source") == "aws.s3" and isinstance(data.get("detail"), dict):
        return Content(LetterKind.PICTURE, data)
    if data.get("Type") == "Notification":
        return Content(LetterKind.RECEIPT, {"Records": [{"EventSource": "aws:sns", "Sns": data}]})
    if _is_from_sns(data.get("Records")):
        return Content(LetterKind.RECEIPT, data)
    for kind in ("detection", "frame"):
        work = data.get(kind)
        if isinstance(work, dict) and isinstance(work.get(f"{kind}_id"), str):
            failure = {"kind": kind, "id": work[f"{kind}_id"], "error": str(data.get("error", ""))}
            return Content(LetterKind.FAILURE, failure)
    raise InputError("the letter has none of the forms that we know")


def _is_from_sns(records: Any) -> bool:
    return (
        isinstance(records, list) and bool(records) and all(isinstance(one, dict) and "Sns" in one for one in records)
    )
