"""A trouble that lasts is told once, and so is its end."""

from __future__ import annotations

import io
import json
from typing import Any

from homeward_camera.errors import SourceError, UploadError
from homeward_camera.log import Log, Trouble


def told(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_line_is_an_object_with_time_and_level() -> None:
    stream = io.StringIO()
    Log(stream).tell("shot", camera="lobby", key="ä\nb")
    (line,) = told(stream)
    assert (line["event"], line["level"], line["camera"], line["key"]) == ("shot", "info", "lobby", "ä\nb")
    assert line["at"].endswith("+00:00")


def test_a_trouble_is_told_when_it_begins_changes_and_ends() -> None:
    stream = io.StringIO()
    trouble = Trouble(Log(stream), "source_failed", "lobby")
    trouble.over()
    for _ in range(100):
        trouble.happened(SourceError("no picture"))
    assert (trouble.times, trouble.text) == (100, "no picture")
    trouble.happened(UploadError("something else"))
    trouble.over()
    trouble.over()
    lines = told(stream)
    assert [(line["event"], line["times"]) for line in lines] == [
        ("source_failed", 1),
        ("source_failed", 101),
        ("source_failed_over", 101),
    ]
    assert (trouble.times, trouble.text) == (0, None)
    trouble.happened(SourceError("again"))
    assert len(told(stream)) == 4
