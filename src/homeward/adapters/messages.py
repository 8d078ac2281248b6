"""Publisher on SNS and DeadLetters on SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, translated
from homeward.domain.errors import PublishError, TransientError


class SnsPublisher:
    """One publish reaches every subscriber of the topic, each with the text of its protocol."""

    def publish(self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, str]) -> str:
        """See the port."""
        typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items() if value}
        try:
            answer = client("sns").publish(
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


@dataclass(frozen=True, slots=True)
class SqsDeadLetters:
    """The dead-letter queue."""

    queue_url: str

    def send(self, body: Mapping[str, Any]) -> None:
        """See the port."""
        with aws_errors():
            client("sqs").send_message(QueueUrl=self.queue_url, MessageBody=json.dumps(body, sort_keys=True))
