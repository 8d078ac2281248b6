"""Machines and Executions on Step Functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, client, error_code, translated
from homeward.domain.errors import ReviewClosedError

_NO_LONGER_WAITS = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsMachines:
    """Starts executions, looks after them, and answers waiting tasks."""

    def start(self, machine_arn: str, name: str, payload: Mapping[str, Any]) -> bool:
        """See the port."""
        try:
            client("stepfunctions").start_execution(
                stateMachineArn=machine_arn, name=name, input=json.dumps(payload, sort_keys=True)
            )
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) == "ExecutionAlreadyExists":
                return False
            raise translated(error) from error
        return True

    def succeed(self, token: str, output: Mapping[str, Any]) -> None:
        """See the port."""
        with _waiting():
            client("stepfunctions").send_task_success(taskToken=token, output=json.dumps(output))

    def heartbeat(self, token: str) -> None:
        """See the port."""
        with _waiting():
            client("stepfunctions").send_task_heartbeat(taskToken=token)

    def fail(self, token: str, error: str, cause: str) -> None:
        """See the port."""
        with _waiting():
            client("stepfunctions").send_task_failure(taskToken=token, error=error, cause=cause)

    def stop(self, machine_arn: str, name: str, cause: str) -> None:
        """See the port. A function that it has called goes on to its own end."""
        execution = f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            client("stepfunctions").stop_execution(executionArn=execution, error="Stopped", cause=cause)
        except AWS_ERRORS as error:
            if not isinstance(error, ClientError) or error_code(error) != "ExecutionDoesNotExist":
                raise translated(error) from error

    def status(self, machine_arn: str, name: str) -> str | None:
        """See the port. Step Functions' answer may be some seconds old."""
        execution = f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            return str(client("stepfunctions").describe_execution(executionArn=execution)["status"])
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) == "ExecutionDoesNotExist":
                return None
            raise translated(error) from error


@contextmanager
def _waiting() -> Iterator[None]:
    """Raise our errors inside the block, where a token is used."""
    try:
        yield
    except AWS_ERRORS as error:
        if isinstance(error, ClientError) and error_code(error) in _NO_LONGER_WAITS:
            raise ReviewClosedError("the execution no longer waits for this review") from error
        raise translated(error) from error
