"""The cloud around the steps, in memory: functions, executions, a topic with receipts, a queue. Any call can fail."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from greenlet import getcurrent

from homeward.domain.errors import (
    HomewardError,
    PublishError,
    ReviewClosedError,
    ServiceRefusedError,
    ServiceUnavailableError,
    ThrottledError,
)
from homeward.domain.letters import Letter
from tests.invariants.asl import TaskFailedError
from tests.invariants.executions import Running, Waiting
from tests.invariants.faults import STALL, Faults, How, Point, StoppedError
from tests.invariants.timeline import Timeline

LATENCY = 0.02  # seconds that a call takes
BEHIND = 2.0  # seconds that DescribeExecution may be behind
HIDDEN = 120.0  # seconds that a received letter is hidden
ASYNC_PAUSES = (60.0, 120.0)  # seconds before Lambda hands an event to a function again
LIMITS = {"publish_alert": 20.0}  # seconds; the template's other functions have 30
LIMIT = 30.0
Ended = Callable[[Any, TaskFailedError | None], None]


@dataclass
class Invocation:
    """One run of a function. Nobody listens to an orphan."""

    function: str
    ended: Ended
    limit: datetime
    skew: timedelta
    orphan: bool = False

    def end(self, result: Any, error: TaskFailedError | None) -> None:
        if not self.orphan:
            self.orphan = True
            self.ended(result, error)


@dataclass(frozen=True)
class Message:
    """What went out on the alert topic."""

    message_id: str
    at: datetime
    facts: Mapping[str, Any]
    attributes: Mapping[str, Any]


class Cloud:
    """Functions by name; what they may call goes `through` here."""

    def __init__(self, start: datetime, jitter: float = 0.5) -> None:
        self.timeline = Timeline(start)
        self.faults = Faults()
        self.jitter = jitter
        self.functions: dict[str, Callable[[Any], Any]] = {}
        self.skews: dict[str, float] = {}
        self.points: set[Point] = set()
        self.surprises: list[str] = []
        self.messages: list[Message] = []
        self.receipt_delays: list[tuple[float, ...]] = []
        self.receipts: dict[str, datetime] = {}  # when a message's receipt was first taken
        self.waiting: dict[str, Waiting] = {}
        self.executions: dict[str, Running] = {}
        self.letters: dict[str, tuple[datetime, int, str]] = {}
        self._numbers = itertools.count(1)

    # ------------------------------------------------------------------------------------- calls

    def clock(self) -> datetime:
        call = getattr(getcurrent(), "invocation", None)
        return self.timeline.now + (call.skew if call else timedelta(0))

    def through(self, name: str, effect: Callable[[], Any]) -> Any:
        """Make a call of the running function, or let it fail."""
        call: Invocation = getcurrent().invocation
        point = Point(call.function, name)
        self.points.add(point)
        how = self.faults.take(point)
        self.pass_time(LATENCY)
        if how is None:
            return effect()
        self._before(how, call)
        if how in (How.THROTTLED, How.AWAY, How.REFUSED):
            refused = PublishError if name == "publish" else ServiceRefusedError
            raise {How.THROTTLED: ThrottledError, How.AWAY: ServiceUnavailableError}.get(how, refused)(name)
        result = effect()
        self._after(how, name)
        return result

    def _before(self, how: How, call: Invocation) -> None:
        if how is How.TIMED_OUT_BEFORE:
            self.pass_time(LIMIT * 2)
        if how in (How.SLOW_BEFORE, How.ORPHANED):
            if how is How.ORPHANED:
                call.end(None, TaskFailedError("Lambda.SdkClientException", "nobody answered"))
            self.pass_time(STALL)
        if how in (How.CRASHED_BEFORE, How.ABORTED):
            raise StoppedError("Runtime.ExitError")

    def _after(self, how: How, name: str) -> None:
        if how is How.LOST:
            raise ServiceUnavailableError(f"{name} gave no answer")
        if how is How.SLOW_AFTER:
            self.pass_time(STALL)
        if how is How.TIMED_OUT_AFTER:
            self.pass_time(LIMIT * 2)
        if how is How.CRASHED_AFTER:
            raise StoppedError("Runtime.ExitError")

    def pass_time(self, seconds: float) -> None:
        """Time passes inside a function, until its limit at most."""
        call: Invocation = getcurrent().invocation
        left = (call.limit - self.timeline.now).total_seconds()
        self.timeline.sleep(min(seconds, max(left, 0)))
        if seconds > left:
            raise StoppedError("Sandbox.Timedout")

    # ------------------------------------------------------------------------------------- functions

    def invoke(self, function: str, event: Any, ended: Ended, delay: float = 0) -> None:
        """Run a function; `ended` gets its result, or the error as Step Functions sees it."""
        self.timeline.spawn(partial(self._run, function, json.loads(json.dumps(event)), ended), delay)

    def _run(self, function: str, event: Any, ended: Ended) -> None:
        now, limit = self.timeline.now, LIMITS.get(function, LIMIT)
        # What people and Airflow run has no limit.
        limit = limit if function in self.functions else 86_400
        skew = timedelta(seconds=self.skews.get(function, 0))
        call = Invocation(function, ended, now + timedelta(seconds=limit), skew)
        getcurrent().invocation = call
        point = Point(function, "invoke")
        self.points.add(point)
        how = self.faults.take(point)
        if how in (How.THROTTLED, How.AWAY, How.CRASHED_BEFORE):
            name = {How.THROTTLED: "TooManyRequestsException", How.AWAY: "ServiceException"}.get(how, "Unknown")
            return call.end(None, TaskFailedError(f"Lambda.{name}"))
        if how is How.ORPHANED:
            call.end(None, TaskFailedError("Lambda.SdkClientException"))
        try:
            result = event() if callable(event) else self.functions[function](event)
        except StoppedError as gone:
            return call.end(None, TaskFailedError(str(gone)))
        except Exception as error:  # noqa: BLE001 - Step Functions gets the name of whatever it is
            if not isinstance(error, HomewardError) and not call.orphan:
                self.surprises.append(f"{function}: {error!r}")
            return call.end(None, TaskFailedError(type(error).__name__, str(error)))
        if how in (How.LOST, How.CRASHED_AFTER):
            return call.end(None, TaskFailedError("Lambda.ServiceException"))
        return call.end(result, None)

    def person(self, name: str, act: Callable[[], Any], ended: Ended = lambda result, error: None) -> None:
        """Somebody (or Airflow) does something that isn't a function of ours."""
        self.timeline.spawn(partial(self._run, name, _Deed(act), ended))

    def deliver(self, function: str, event: Any, letter: Any, done: Callable[[], Any], delay: float = 0) -> None:
        """Hand an event to a function as Lambda does asynchronously: three times, then it is a letter."""
        pauses = list(ASYNC_PAUSES)

        def ended(_: Any, error: TaskFailedError | None) -> None:
            if not error:
                done()
            elif pauses:
                self.invoke(function, event, ended, pauses.pop(0))
            else:
                self.send_letter(letter)

        self.invoke(function, event, ended, delay)

    # ------------------------------------------------------------------------------------- topic

    def publish(
        self, topic_arn: str, subject: str, texts: Mapping[str, str], attributes: Mapping[str, str | float]
    ) -> str:
        """Publisher; every alert comes back as a receipt, now and then late or twice."""
        message_id = f"message-{next(self._numbers)}"
        if topic_arn != "ALERT_TOPIC_ARN":
            return message_id
        self.messages.append(Message(message_id, self.timeline.now, json.loads(texts["default"]), dict(attributes)))
        if attributes["kind"] in ("ALERT", "ESCALATION"):
            sns = {"Type": "Notification", "MessageId": message_id, "Message": texts["default"]}
            event = {"Records": [{"EventSource": "aws:sns", "Sns": sns}]}
            for delay in self.receipt_delays.pop(0) if self.receipt_delays else (1.0,):
                self.deliver("confirm_alert", event, event, partial(self._confirmed, message_id), delay)
        return message_id

    def _confirmed(self, message_id: str) -> None:
        self.receipts.setdefault(message_id, self.timeline.now)

    # ------------------------------------------------------------------------------------- queue

    def send_letter(self, body: Any) -> None:
        """DeadLetters, and what Lambda and EventBridge put there."""
        self.letters[f"letter-{next(self._numbers)}"] = (self.timeline.now, 0, json.dumps(body))

    def receive_letters(self, limit: int) -> list[Letter]:
        """LetterBox."""
        seen = [(name, body) for name, (visible, _, body) in self.letters.items() if visible <= self.timeline.now]
        hidden = self.timeline.now + timedelta(seconds=HIDDEN)
        found = []
        for name, body in seen[:limit]:
            received = self.letters[name][1] + 1
            self.letters[name] = (hidden, received, body)
            found.append(Letter(name, name, body, received))
        return found

    def give_back(self, letter: Letter) -> None:
        """LetterBox."""
        if letter.receipt in self.letters:
            self.letters[letter.receipt] = (self.timeline.now, letter.received, letter.body)

    # ------------------------------------------------------------------------------------- executions

    def start(self, definition: Mapping[str, Any], name: str, payload: Any) -> bool:
        """Machines."""
        if name in self.executions:
            return False
        running = self.executions[name] = Running(self, name, definition, payload)
        self.timeline.spawn(running.run)
        return True

    def status(self, name: str) -> str | None:
        """Executions; a moment behind."""
        running, seen = self.executions.get(name), self.timeline.now - timedelta(seconds=BEHIND)
        if running is None or running.began > seen:
            return None
        return running.status if running.ended and running.ended <= seen else "RUNNING"

    def answer(self, token: str, answer: Any, error: TaskFailedError | None = None) -> None:
        """Machines and Executions."""
        waiting = self._waiting(token)
        waiting.answer, waiting.error = answer, error
        del self.waiting[token]
        waiting.signal.give()

    def heartbeat(self, token: str) -> None:
        """Executions."""
        self._waiting(token).beat = self.timeline.now

    def _waiting(self, token: str) -> Waiting:
        if token not in self.waiting:
            raise ReviewClosedError("the execution no longer waits")
        return self.waiting[token]

    def next_token(self) -> str:
        return f"token-{next(self._numbers)}"


class _Deed:
    """Something to do that is no event."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act

    def __call__(self) -> Any:
        return self._act()
