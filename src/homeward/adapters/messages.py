"""Publisher on SNS and DeadLetters on SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, translated
from homeward.domain.errors import PublishError, TransientError


@dataclass(frozen=True, slots=True)
class SnsPublisher:
    """One publish reaches every subscriber of the topic, each with the text of its protocol.

    `attempts` is 1 where a second message would be wrong: a retry after a lost answer is one.
    """

    attempts: int = 3

    def publish(
        self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, str | float]
    ) -> str:
        """See the port."""
        typed = {name: _typed(value) for name, value in attributes.items() if value != ""}
        try:
            answer = client("sns", self.attempts).publish(
                TopicArn=topic_arn,
                Subject=subject[:100],
                Message=json.dumps(texts),
                MessageStructure="json",
                MessageAttributes=typed,
            )
        except AWS_ERRORS as error:
            ours = translated(error)
            raise ours if isinstance(ours, TransientError) else PublishError(str(ours)) from error
        return str(answer["MessageId"])


def _typed(value: str | float) -> dict[str, str]:
    kind = "String" if isinstance(value, str) else "Number"
    return {"DataType": kind, "StringValue": str(value)}


@dataclass(frozen=True, slots=True)
class SqsDeadLetters:
    """The dead-letter queue."""

    queue_url: str

    def send(self, body: Mapping[str, Any]) -> None:
        """See the port."""
        with aws_errors():
            client("sqs").send_message(QueueUrl=self.queue_url, MessageBody=json.dumps(body, sort_keys=True))
