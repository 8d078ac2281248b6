"""LetterBox on SQS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from homeward.adapters.aws import aws_errors, client
from homeward.domain.letters import Letter

HIDDEN_SECONDS = 120  # how long a received letter is kept from others: a run takes less
_BATCH = 10  # SQS gives no more at once
_WAIT_SECONDS = 1  # asks every one of SQS's servers, so "nothing" means that there is nothing


@dataclass(frozen=True, slots=True)
class SqsLetterBox:
    """The dead-letter queue."""

    queue_url: str

    def receive(self, limit: int) -> list[Letter]:
        """See the port."""
        letters: dict[str, Letter] = {}
        while len(letters) < limit:
            with aws_errors():
                answer = client("sqs").receive_message(
                    QueueUrl=self.queue_url,
                    MaxNumberOfMessages=min(_BATCH, limit - len(letters)),
                    WaitTimeSeconds=_WAIT_SECONDS,
                    VisibilityTimeout=HIDDEN_SECONDS,
                    AttributeNames=["ApproximateReceiveCount"],
                )
            found = [_letter(message) for message in answer.get("Messages", [])]
            if not found:
                break
            letters |= {letter.message_id: letter for letter in found}
        return list(letters.values())

    def delete(self, letter: Letter) -> None:
        """See the port."""
        with aws_errors():
            client("sqs").delete_message(QueueUrl=self.queue_url, ReceiptHandle=letter.receipt)

    def give_back(self, letter: Letter) -> None:
        """See the port."""
        with aws_errors():
            client("sqs").change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )

    def depth(self) -> int:
        """See the port."""
        name = "ApproximateNumberOfMessages"
        with aws_errors():
            answer = client("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=[name])
        return int(answer["Attributes"][name])


def _letter(message: dict[str, Any]) -> Letter:
    received = int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1))
    return Letter(message["MessageId"], message["ReceiptHandle"], message["Body"], received)
