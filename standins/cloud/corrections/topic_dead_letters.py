"""A message that a topic can't hand to a subscriber goes to the dead-letter queue of the subscription's RedrivePolicy.

As on AWS, that is about the hand-over only (the function or queue is gone). A function that takes the message and then
fails is retried by Lambda and has a dead-letter queue of its own.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import sns, sqs

from standins.cloud.corrections.rule_targets import exists
from standins.cloud.patching import wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(sns, "_fanout", _fanout)


def _fanout(
    original: Any,
    topic_arn: str,
    message_id: str,
    message: str,
    subject: str,
    message_structure: str = "",
    message_attributes: dict[str, Any] | None = None,
    *rest: Any,
    **named: Any,
) -> None:
    original(topic_arn, message_id, message, subject, message_structure, message_attributes, *rest, **named)
    topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
    attributes = message_attributes or {}
    for subscription in topic["subscriptions"]:
        policy = json.loads(subscription["attributes"].get("RedrivePolicy") or "{}")
        queue = sqs._queue_by_arn(policy.get("deadLetterTargetArn", ""))
        if queue is None or not subscription.get("confirmed") or exists(subscription["endpoint"]):
            continue
        text = sns._resolve_message_for_protocol(message, message_structure, subscription["protocol"])
        if sns._matches_filter_policy(subscription, attributes, text):
            raw = subscription["attributes"].get("RawMessageDelivery") == "true"
            body = sns._build_envelope(topic_arn, message_id, text, subject, attributes, raw)
            sqs._act_send_message({"QueueUrl": queue["url"], "MessageBody": body}, queue["url"])
