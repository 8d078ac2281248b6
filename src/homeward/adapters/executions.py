"""ExecutionHistory on Step Functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, error_code, translated
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.executions import (
    MAX_EVENTS,
    Execution,
    ExecutionDetails,
    ExecutionPage,
    HistoryEvent,
    Machine,
)

_PAGE = 1000  # the most events, or executions, that one call gives


@dataclass(frozen=True, slots=True)
class StepFunctionsHistory:
    """Reads executions by machine; `machines` are the machines' ARNs."""

    machines: Mapping[Machine, str]

    def page(self, machine: Machine, status: str | None, limit: int, token: str | None) -> ExecutionPage:
        """See the port."""
        more: dict[str, Any] = {
            name: value for name, value in (("statusFilter", status), ("nextToken", token)) if value
        }
        try:
            answer = client("stepfunctions").list_executions(
                stateMachineArn=self.machines[machine], maxResults=min(limit, _PAGE), **more
            )
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) == "InvalidToken":
                raise InputError("this page of the list is too old to be continued; begin at its start") from error
            raise translated(error) from error
        found = tuple(_execution(machine, item) for item in answer["executions"])
        return ExecutionPage(found, answer.get("nextToken"))

    def find(self, machine: Machine, name: str) -> Execution:
        """See the port."""
        with _there_is(machine, name):
            return _execution(machine, client("stepfunctions").describe_execution(**self._arn(machine, name)))

    def read(self, machine: Machine, name: str) -> ExecutionDetails:
        """See the port."""
        arn = self._arn(machine, name)
        with _there_is(machine, name):
            told = client("stepfunctions").describe_execution(**arn)
            definition = client("stepfunctions").describe_state_machine_for_execution(**arn)["definition"]
        events = _events(arn)
        return ExecutionDetails(
            execution=_execution(machine, told),
            input=told.get("input", ""),
            output=told.get("output"),
            error=told.get("error"),
            cause=told.get("cause"),
            definition=json.loads(definition),
            events=tuple(events[:MAX_EVENTS]),
            complete=len(events) <= MAX_EVENTS,
        )

    def _arn(self, machine: Machine, name: str) -> dict[str, str]:
        return {"executionArn": f"{self.machines[machine].replace(':stateMachine:', ':execution:')}:{name}"}


@contextmanager
def _there_is(machine: Machine, name: str) -> Iterator[None]:
    """Raise our errors inside the block, where one execution is read."""
    try:
        yield
    except AWS_ERRORS as error:
        if isinstance(error, ClientError) and error_code(error) in ("ExecutionDoesNotExist", "InvalidArn"):
            raise NotFoundError(f"Step Functions knows no execution {name} of {machine} (any more)") from error
        raise translated(error) from error


def _events(arn: Mapping[str, str]) -> list[HistoryEvent]:
    """At most a page more than MAX_EVENTS."""
    found: list[HistoryEvent] = []
    with aws_errors():
        pages = (
            client("stepfunctions")
            .get_paginator("get_execution_history")
            .paginate(**arn, includeExecutionData=True, PaginationConfig={"PageSize": _PAGE})
        )
        for page in pages:
            found += map(_event, page["events"])
            if len(found) > MAX_EVENTS:
                break
    return found


def _event(event: Mapping[str, Any]) -> HistoryEvent:
    details: Mapping[str, Any] = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
    return HistoryEvent(event["id"], event.get("previousEventId", 0), event["type"], event["timestamp"], details)


def _execution(machine: Machine, item: Mapping[str, Any]) -> Execution:
    return Execution(machine, item["name"], item["status"], item["startDate"], item.get("stopDate"))
