"""Machines on Step Functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, client, error_code, translated
from homeward.domain.errors import ReviewClosedError

_NO_LONGER_WAITS = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class StepFunctionsMachines:
    """Starts executions and answers waiting tasks."""

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
        try:
            client("stepfunctions").send_task_success(taskToken=token, output=json.dumps(output))
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) in _NO_LONGER_WAITS:
                raise ReviewClosedError("the execution no longer waits for this review") from error
            raise translated(error) from error
