"""Whatever names there are, the pages stay what they are."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from standins.rekognition.exposition import exposition
from standins.rekognition.metrics import Measured, Metrics
from standins.rekognition.page import page
from standins.rekognition.status import CollectionStatus, Status


def status(name: str) -> Status:
    metrics = Metrics()
    metrics.record(name, "OK", 0.02)
    collections = (CollectionStatus(name, faces=24620, users=3, created=0),)
    return Status(collections, metrics.operations, {name: 0.5}, began=0, memory=1, disk=5_000_000_000)


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(text: str) -> Cells:
    cells = Cells()
    cells.feed(text)
    return cells


@given(name=st.text(alphabet="<>&\"'/ab\\", min_size=1))
def test_names_are_only_text_on_the_page(name: str) -> None:
    told, plain = parsed(page(status(name))), parsed(page(status("plain")))
    assert told.tags == plain.tags
    assert told.text.count(name) == 2
    assert "24,620" in told.text
    assert "5 GB" in told.text


@given(name=st.text(alphabet='"\\\nab{}', min_size=1))
def test_names_are_only_labels_in_metrics(name: str) -> None:
    assert len(exposition(status(name)).splitlines()) == len(exposition(status("plain")).splitlines())


def test_percentiles_are_of_calls_without_error() -> None:
    measured = Measured()
    assert measured.recent() is None
    measured.record("OK", 0.01)
    assert measured.recent() == (0.01, 0.01)
    for seconds in range(2, 101):
        measured.record("OK", seconds / 100)
    measured.record("InternalServerError", 1000)
    median, high = measured.recent() or (0, 0)
    assert (round(median, 3), round(high, 3)) == (0.505, 0.951)
    assert measured.calls == 101
    assert sum(measured.buckets) == 101
