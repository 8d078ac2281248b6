"""Asynchronous calls of a function: two retries, throttling isn't a failure, and the dead-letter queue gets the event.

AWS waits one and two minutes between the attempts; here it is MiniStack's one and two seconds.
"""

from __future__ import annotations

import contextvars
import json
import threading
import time
from typing import Any

from ministack.core.responses import _request_account_id, _request_region
from ministack.services import eventbridge, lambda_svc, sns, sqs

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

THROTTLED_WAIT_SECONDS = 0.2
MAXIMUM_AGE_SECONDS = 21_600


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    replace(lambda_svc, "invoke_async_with_retry", _call_in_background)
    wrap(lambda_svc, "_route_async_failure", _send_away)
    replace(eventbridge, "_dispatch_to_lambda", _call)
    replace(sns, "_deliver_to_lambda", _deliver)


def _deliver(arn: str, envelope: str, topic_arn: str, subscription_arn: str, *rest: Any) -> None:
    record = {"EventVersion": "1.0", "EventSubscriptionArn": subscription_arn, "EventSource": "aws:sns"}
    _call(arn, json.dumps({"Records": [{**record, "Sns": json.loads(envelope)}]}))


def _call(arn: str, payload: str) -> None:
    """EventBridge and SNS hand the event to Lambda's own queue; what fails there is Lambda's to retry."""
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if function and config:
        _call_in_background(lambda_svc._execution_record_for_config(function, config), json.loads(payload))


def _call_in_background(function: dict[str, Any], event: Any) -> None:
    threading.Thread(
        target=contextvars.copy_context().run, args=(_call_until_done, function, event), daemon=True
    ).start()


def _call_until_done(function: dict[str, Any], event: Any) -> None:
    config = function.get("config") or function
    account, region = lambda_svc._account_region_from_function_config(config)
    _request_account_id.set(account)
    _request_region.set(region)
    rules = function.get("event_invoke_config") or (function.get("event_invoke_configs") or {}).get("$LATEST") or {}
    result = _attempts(function, event, rules)
    if not result.get("error"):
        return
    on_failure = (rules.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
    dead_letters = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    for target in filter(None, (on_failure, dead_letters)):
        lambda_svc._route_async_failure(target, config.get("FunctionName", ""), event, result)


def _attempts(function: dict[str, Any], event: Any, rules: dict[str, Any]) -> dict[str, Any]:
    """The first result without error, or the last one."""
    retries = rules.get("MaximumRetryAttempts")
    left = 2 if retries is None else int(retries)
    expires = time.monotonic() + float(rules.get("MaximumEventAgeInSeconds") or MAXIMUM_AGE_SECONDS)
    delay = lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS
    while True:
        result: dict[str, Any] = lambda_svc._execute_function(function, event)
        wait = THROTTLED_WAIT_SECONDS if result.get("throttle") else delay
        if not result.get("error") or time.monotonic() + wait > expires:
            return result
        if not result.get("throttle"):
            if not left:
                return result
            left, delay = left - 1, delay * 2
        time.sleep(wait)


def _send_away(original: Any, target: str, function_name: str, event: Any, result: dict[str, Any]) -> None:
    """A dead-letter queue gets the event itself; an OnFailure destination gets it in an envelope."""
    function = lambda_svc._functions.get(function_name) or {"config": {}}
    queue = sqs._queue_by_arn(target)
    if queue is None or target != (function["config"].get("DeadLetterConfig") or {}).get("TargetArn"):
        original(target, function_name, event, result)
        return
    body: dict[str, Any] = result["body"] if isinstance(result.get("body"), dict) else {}
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": body.get("requestId") or "-"},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": body.get("errorMessage") or "-"},
    }
    message = {"QueueUrl": queue["url"], "MessageBody": json.dumps(event), "MessageAttributes": attributes}
    sqs._act_send_message(message, queue["url"])
