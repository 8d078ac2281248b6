"""The second engine: what the interpreter of `tests/invariants` makes of an execution that the local cloud has run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.invariants.asl import Execution
from tests.invariants.script import Script


@dataclass(frozen=True)
class Run:
    """What an execution did: its end, its output, and what it asked of each function, in order."""

    status: str
    error: str | None
    output: Any
    asked: Mapping[str, list[Any]]


def on_the_cloud(execution: Mapping[str, Any], folder: Path) -> Run:
    """`execution`: DescribeExecution's answer; `folder`: where the scripted functions wrote what they were asked."""
    succeeded = execution["status"] == "SUCCEEDED"  # AWS sets an output only then; the local cloud also for an error
    output = json.loads(execution["output"]) if succeeded else None
    asked: dict[str, list[Any]] = {}
    for file in sorted(folder.glob("* *.json"), key=lambda one: int(one.stem.rpartition(" ")[2])):
        asked.setdefault(file.stem.rpartition(" ")[0], []).append(_same(json.loads(file.read_text())))
    return Run(execution["status"], execution.get("error"), output, asked)


def interpreted(asl: str, case: Mapping[str, Any], execution: Mapping[str, Any]) -> Run:
    """The same execution on the interpreter, with the same input and the same answers of the functions."""
    work = json.loads(execution["input"])
    script = Script({**case, "states": work["script"]["states"]}, {}, execution["startDate"])
    second = Execution(json.loads(asl), execution["executionArn"], work, script)
    second.run()
    asked = {name: [_same(one) for one in calls] for name, calls in script.calls.items()}
    return Run(second.status, second.error, second.output, asked)


def _same(payload: Any) -> Any:
    """A payload without what each engine makes itself: tokens, and how a function's error is told."""
    made = {name: value for name, value in payload.items() if name != "token"}
    if "failure" in made:
        made["failure"] = made["failure"]["Error"]
    return made
