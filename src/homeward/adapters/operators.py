"""Operators on the operations topic."""

from __future__ import annotations

import re
from dataclasses import dataclass

from homeward.domain.ports import Publisher
from homeward.domain.runbooks import Runbook

MAX_TEXT = 4000  # characters; a mail that nobody reads to its end is no help, and SNS takes 256 KB


@dataclass(frozen=True, slots=True)
class TopicOperators:
    """One message to every subscriber; the way to the runbook stands at its end, whatever has to be cut."""

    publisher: Publisher
    topic_arn: str

    def tell(self, subject: str, text: str, runbook: Runbook) -> None:
        """See the port."""
        said = text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} ..."
        message = f"{said}\n\nWhat to do: {runbook.path}"
        self.publisher.publish(self.topic_arn, _one_line(f"Homeward: {subject}"), {"default": message}, {})


def _one_line(subject: str) -> str:
    """SNS refuses a subject with line breaks, or with anything but printable ASCII."""
    return re.sub(r"[^ -~]+", " ", subject)
