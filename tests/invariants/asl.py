"""Amazon States Language, as far as our machines use it, on whatever clock the tests have.

Task, Choice, Succeed, Fail and Pass, with JSONata, Assign, Retry and Catch. What a task does, and how time passes, is
its `Surroundings`' business. The machines' own `cases.json` hold it to what the local cloud does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from jsonata import Jsonata
from jsonata.utils import Utils

UNCAUGHT = ("States.Runtime", "States.DataLimitExceeded")  # States.ALL doesn't match these


class TaskFailedError(Exception):
    """A task's error as Retry and Catch see it."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error, self.cause = error, cause


@dataclass(frozen=True, slots=True)
class Task:
    """What a Task state asks for; `token` is there if it waits for somebody to answer. Times are in seconds."""

    function: str
    payload: Any
    token: str | None
    timeout: float | None
    heartbeat: float | None


class Surroundings(Protocol):
    """What an execution needs from outside."""

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...

    def jitter(self) -> float:
        """The share of a retry's pause that full jitter leaves, 0 to 1."""

    def token(self) -> str: ...

    def perform(self, task: Task) -> Any:
        """The task's result (a token's answer as it is, else the function's); TaskFailedError."""

    def left(self, state: str) -> None:
        """A state is done."""


@dataclass
class Execution:
    """One run of a machine; `status` is Step Functions' word."""

    definition: Mapping[str, Any]
    arn: str
    input: Any
    around: Surroundings
    variables: dict[str, Any] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    status: str = "RUNNING"
    output: Any = None
    error: str | None = None
    cause: str | None = None

    def run(self) -> None:
        """Walk through the machine until its end."""
        name: str | None = self.definition["StartAt"]
        try:
            while name:
                self.path.append(name)
                state = self.definition["States"][name]
                following = getattr(self, f"_{state['Type'].lower()}")(state)
                self.around.left(name)
                name = following
        except TaskFailedError as failure:
            self.status, self.error, self.cause = "FAILED", failure.error, failure.cause

    def _choice(self, state: Mapping[str, Any]) -> str:
        rule = next((one for one in state["Choices"] if self._ask(one["Condition"])), None)
        self._assign(state if rule is None else rule)
        return str(state["Default"] if rule is None else rule["Next"])

    def _succeed(self, state: Mapping[str, Any]) -> None:
        self.status, self.output = "SUCCEEDED", self._ask(state.get("Output", "{% $states.input %}"))

    def _fail(self, state: Mapping[str, Any]) -> None:
        raise TaskFailedError(str(self._ask(state.get("Error", ""))), str(self._ask(state.get("Cause", ""))))

    def _pass(self, state: Mapping[str, Any]) -> str:
        self._assign(state)
        return str(state["Next"])

    def _task(self, state: Mapping[str, Any]) -> str:
        tried: dict[int, int] = {}
        while True:
            try:
                result = self._perform(state)
                self._assign(state, result=result)
                return str(state["Next"])
            except TaskFailedError as failure:
                pause = _pause(state, failure.error, tried, self.around.jitter)
                if pause is not None:
                    self.around.sleep(pause)
                    continue
                caught = next((one for one in state.get("Catch", []) if _matches(one, failure.error)), None)
                if caught is None:
                    raise
                self._assign(caught, errorOutput={"Error": failure.error, "Cause": failure.cause})
                return str(caught["Next"])

    def _perform(self, state: Mapping[str, Any]) -> Any:
        waits = state["Resource"].endswith(".waitForTaskToken")
        token = self.around.token() if waits else None
        asked = self._ask(state["Arguments"], token=token)
        timeout, heartbeat = (self._ask(state.get(name)) for name in ("TimeoutSeconds", "HeartbeatSeconds"))
        # What goes through Step Functions is JSON, whatever Python made of it.
        payload = json.loads(json.dumps(asked["Payload"]))
        answer = self.around.perform(Task(asked["FunctionName"], payload, token, timeout, heartbeat))
        return answer if waits else {"Payload": json.loads(json.dumps(answer))}

    def _assign(self, field: Mapping[str, Any], **states: Any) -> None:
        self.variables |= {name: self._ask(value, **states) for name, value in field.get("Assign", {}).items()}

    def _ask(self, template: Any, token: str | None = None, **states: Any) -> Any:
        """Fill in a template: every expression in it sees the variables as they are now."""
        if not _asks(template):
            return template
        context = {"Execution": {"Id": self.arn, "Input": self.input, "Name": self.arn.rpartition(":")[2]}}
        known = {"input": self.input, "context": {**context, **({"Task": {"Token": token}} if token else {})}, **states}
        millis = int(self.around.now().timestamp() * 1000)
        return _fill(template, {**self.variables, "states": known, "millis": Jsonata.JLambda(lambda: millis)})


def _matches(rule: Mapping[str, Any], error: str) -> bool:
    names = rule["ErrorEquals"]
    return error in names or ("States.ALL" in names and error not in UNCAUGHT)


def _pause(state: Mapping[str, Any], error: str, tried: dict[int, int], jitter: Callable[[], float]) -> float | None:
    """Seconds before the next try, None when there is none. Every rule counts its own tries."""
    for number, rule in enumerate(state.get("Retry", [])):
        if not _matches(rule, error):
            continue
        count = tried[number] = tried.get(number, 0) + 1
        if count > rule.get("MaxAttempts", 3):
            return None
        pause = rule.get("IntervalSeconds", 1) * rule.get("BackoffRate", 2) ** (count - 1)
        pause = min(pause, rule.get("MaxDelaySeconds", pause))
        return float(pause * jitter() if rule.get("JitterStrategy") == "FULL" else pause)
    return None


def _asks(template: Any) -> bool:
    if isinstance(template, str):
        return template.startswith("{%")
    if isinstance(template, dict):
        return any(_asks(value) for value in template.values())
    return isinstance(template, list) and any(_asks(value) for value in template)


def _fill(template: Any, bindings: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {name: _fill(value, bindings) for name, value in template.items()}
    if isinstance(template, list):
        return [_fill(value, bindings) for value in template]
    if not _asks(template):
        return template
    answer = _compiled(template).evaluate(None, bindings)
    if answer is None:
        raise TaskFailedError("States.QueryEvaluationError", f"{template} is undefined")
    return Utils.convert_nulls(answer)


@cache
def _compiled(template: str) -> Jsonata:
    expression = Jsonata(template.removeprefix("{%").removesuffix("%}").strip())
    expression.output_convert_nulls = False
    return expression
