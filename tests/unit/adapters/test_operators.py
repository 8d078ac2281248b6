"""What operators read: short, on one line where it must be, and always with the way to the runbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from homeward.adapters.operators import MAX_TEXT, TopicOperators
from homeward.domain.runbooks import Runbook


@dataclass
class Topic:
    sent: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def publish(self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, object]) -> str:
        self.sent.append((topic_arn, subject, texts))
        return "message"


@pytest.mark.parametrize("book", Runbook)
@pytest.mark.parametrize("text", ["", "something happened", "x" * (MAX_TEXT + 1), "x" * 300_000])
def test_a_message_ends_with_its_runbook(text: str, book: Runbook) -> None:
    topic = Topic()
    TopicOperators(topic, "arn:operations").tell("it broke", text, book)
    ((arn, subject, texts),) = topic.sent
    assert (arn, subject) == ("arn:operations", "Homeward: it broke")
    assert texts["default"].splitlines()[-1] == f"What to do: {book.path}"
    assert texts["default"].startswith(text[:MAX_TEXT])
    assert len(texts["default"]) < MAX_TEXT + 200


@pytest.mark.parametrize("subject", ["a\nb", "a\r\nb", "a\tb", "a\u2028b", "a \u00fc b"])
def test_a_subject_is_what_sns_takes(subject: str) -> None:
    topic = Topic()
    TopicOperators(topic, "arn").tell(subject, "text", Runbook.SYNC)
    said = topic.sent[0][1]
    assert said.isascii()
    assert said.isprintable()
    assert said.startswith("Homeward: a")
