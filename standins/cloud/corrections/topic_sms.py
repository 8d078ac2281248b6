"""Topic -> SMS subscribers: recorded where direct messages are, at `/_ministack/sns/sms-messages`."""

from __future__ import annotations

from typing import Any

from ministack.services import sns

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
    text = sns._resolve_message_for_protocol(message, message_structure, "sms")
    attributes = message_attributes or {}
    for subscription in topic["subscriptions"]:
        if subscription.get("protocol") != "sms" or not subscription.get("confirmed"):
            continue
        if sns._matches_filter_policy(subscription, attributes, text):
            _record(subscription, topic_arn, message_id, text, attributes)


def _record(
    subscription: dict[str, Any], topic_arn: str, message_id: str, text: str, attributes: dict[str, Any]
) -> None:
    """SMS has no subject and one text: what the phone shows."""
    sns._sms_log_for(subscription["endpoint"]).append(
        {
            "PhoneNumber": subscription["endpoint"],
            "TopicArn": topic_arn,
            "SubscriptionArn": subscription["arn"],
            "MessageId": message_id,
            "Message": text,
            "MessageAttributes": attributes,
            "MessageStructure": None,
            "Subject": None,
        }
    )
