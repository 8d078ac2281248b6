"""A busy site: thousands of executions and of open questions, through the services' own interfaces."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from homeward.adapters.aws import client
from homeward.adapters.dynamodb import to_attributes
from homeward.domain.detections import iso
from homeward.settings import Setting, Settings

CALLERS, BATCH = 8, 25
QUICK = {"QueryLanguage": "JSONata", "StartAt": "No Candidate", "States": {"No Candidate": {"Type": "Succeed"}}}


def name(number: int, at: datetime) -> str:
    """Of a detection; every 1,000th is of the camera `rare`."""
    return f"{'gate' if number % 1000 else 'rare'}-{at:%Y%m%dT%H%M%S}-{number:012x}"


def executions(settings: Settings, count: int) -> None:
    """So many that have ended, each with its detection's row."""
    machine, now = settings[Setting.DETECTION_MACHINE_ARN], datetime.now(UTC)
    names = [name(number, now) for number in range(count)]
    rows = [
        {"detection_id": one, "camera": one.partition("-")[0], "place": "gate", "state": "FINISHED"}
        | {"outcome": "NO_CANDIDATE", "captured_at": iso(now)}
        for one in names
    ]
    _put(settings[Setting.DETECTIONS_TABLE], rows)
    with _ends_at_once(machine), ThreadPoolExecutor(CALLERS) as callers:
        step = client("stepfunctions")
        list(callers.map(lambda one: step.start_execution(stateMachineArn=machine, name=one, input="{}"), names))


def reviews(settings: Settings, like: dict[str, Any], count: int) -> None:
    """So many open questions like this one."""
    now, rows = datetime.now(UTC), []
    for number in range(count):
        row, asked = copy.deepcopy(like), now + timedelta(hours=1, seconds=number)
        row["detection_id"] = row["question"]["detection"]["detection_id"] = name(number + 1, now)
        rows.append(row | {"expires_at": iso(asked)})
    _put(settings[Setting.REVIEWS_TABLE], rows)


@contextmanager
def _ends_at_once(machine: str) -> Iterator[None]:
    """Whatever is started meanwhile needs no function."""
    step = client("stepfunctions")
    own = step.describe_state_machine(stateMachineArn=machine)["definition"]
    step.update_state_machine(stateMachineArn=machine, definition=json.dumps(QUICK))
    try:
        yield
    finally:
        step.update_state_machine(stateMachineArn=machine, definition=own)


def _put(table: str, rows: Iterable[dict[str, Any]]) -> None:
    rest = iter(rows)
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(lambda batch: _write(table, batch), iter(lambda: list(islice(rest, BATCH)), [])))


def _write(table: str, rows: Sequence[dict[str, Any]]) -> None:
    puts = [{"PutRequest": {"Item": to_attributes(row)}} for row in rows]
    answer = client("dynamodb").batch_write_item(RequestItems={table: puts})
    assert not answer["UnprocessedItems"]
