"""An event that can't be handed to a rule's target goes to the target's dead-letter queue.

As on AWS, that is about the hand-over only (the target is gone, the state machine refuses the input). A function that
takes the event and then fails is retried by Lambda and has a dead-letter queue of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, lambda_svc, sns, sqs, stepfunctions

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

_failure: ContextVar[tuple[str, str] | None] = ContextVar("failure", default=None)

EXISTS: dict[str, Callable[[str], bool]] = {
    "lambda": lambda arn: lambda_svc._get_func_record_for_ref(arn)[1] is not None,
    "sqs": lambda arn: sqs._queue_by_arn(arn) is not None,
    "sns": lambda arn: sns._topic_by_arn_any_scope(arn) is not None,
    "states": lambda arn: stepfunctions._resolve_state_machine_arn(arn) is not None,
}


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(eventbridge, "_invoke_target", _invoke_target)
    replace(eventbridge, "_dispatch_to_stepfunctions", _start_execution)


def exists(arn: str) -> bool:
    """Whether something of this name is there to be called; of services that we don't know, everything is."""
    return EXISTS.get(arn.split(":")[2] if arn.count(":") > 2 else "", bool)(arn)


def _invoke_target(original: Any, target: dict[str, Any], event: dict[str, Any], rule: Any, view: Any = None) -> None:
    arn = target.get("Arn", "")
    token = _failure.set(None)
    try:
        if exists(arn):
            original(target, event, rule, view)
            failure = _failure.get()
        else:
            failure = ("NO_RESOURCE", "The target does not exist")
    finally:
        _failure.reset(token)
    queue = sqs._queue_by_arn((target.get("DeadLetterConfig") or {}).get("Arn", ""))
    if failure and queue:
        _send(queue, failure, target, event, rule, view)


def _send(queue: Any, failure: tuple[str, str], target: Any, event: Any, rule: Any, view: Any) -> None:
    code, message = failure
    whole = (view or eventbridge._pattern_event_view(event)).event_with_detail()
    attributes = {
        "RULE_ARN": rule["Arn"],
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
    }
    sqs._act_send_message(
        {
            "QueueUrl": queue["url"],
            "MessageBody": json.dumps(whole),
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        },
        queue["url"],
    )


def _start_execution(arn: str, payload: str) -> None:
    status, _, body = stepfunctions._start_execution({"stateMachineArn": arn, "input": payload})
    if status >= 400:
        _failure.set(("SDK_CLIENT_ERROR", json.loads(body).get("message", "")))
