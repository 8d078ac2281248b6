"""Redrive Dead Letters: empty the queue of what couldn't be handed over, or failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.errors import HomewardError, InputError, NotFoundError
from homeward.domain.letters import Content, Letter, LetterKind, read_letter
from homeward.domain.ports import AuditLog, Clock, LetterBox, ObjectStore, Operators
from homeward.domain.runbooks import Runbook
from homeward.steps.redrive_round import go_round
from homeward.steps.redrive_work import RedriveWork

PARKED_FOLDER = "redrive/letters"
PARKED = "PARKED"
UseCase = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RedriveDeadLetters:
    """A letter is deleted after what it asks for is done; one that nobody can read is kept in S3 and told about.

    Receipts come first: they say which alerts are out although their executions don't know it. While one of them
    can't be dealt with, nothing else is: an error ends the round, and a restart could send an alert twice.
    """

    letters: LetterBox
    confirm_alert: UseCase
    start_detection: UseCase
    redrive: Mapping[str, RedriveWork]
    objects: ObjectStore
    bucket: str
    audit: AuditLog
    operators: Operators
    clock: Clock
    actor: str

    def __call__(self, limit: int) -> dict[str, Any]:
        """Deal with at most `limit` letters; see `go_round` for the answer."""
        # Letters that failed often come after those that didn't: they hold nobody up.
        found = [(read_letter(letter.body), letter) for letter in self.letters.receive(limit)]
        found.sort(key=lambda pair: (pair[0].kind, pair[1].received))
        receipts = [pair for pair in found if pair[0].kind is LetterKind.RECEIPT]
        rest = found[len(receipts) :]
        confirmed = self._confirm(receipts, rest)
        done = go_round(rest, self._deal)
        return {**done, "counts": {**done["counts"], **({"CONFIRMED": confirmed} if confirmed else {})}}

    def _confirm(self, receipts: list[tuple[Content, Letter]], rest: list[tuple[Content, Letter]]) -> int:
        for number, pair in enumerate(receipts):
            try:
                self._deal(pair)
            except HomewardError:
                for _, letter in receipts[number:] + rest:
                    self.letters.give_back(letter)
                raise
        return len(receipts)

    def _deal(self, pair: tuple[Content, Letter]) -> str:
        content, letter = pair
        try:
            done = self._act(content)
        except (InputError, NotFoundError) as problem:
            done = self._park(letter, str(problem))
        # A failure whose time hasn't come needs its letter no longer: its row says FAILED, and rows are looked at, too.
        self.letters.delete(letter)
        return done

    def _act(self, content: Content) -> str:
        if content.kind is LetterKind.RECEIPT:
            self.confirm_alert(content.event)
            return "CONFIRMED"
        if content.kind is LetterKind.PICTURE:
            answer = self.start_detection(content.event)
            return "REFUSED" if "refused" in answer else "STARTED"
        if content.kind is LetterKind.FAILURE:
            return self.redrive[content.event["kind"]](content.event["id"]).value
        raise InputError(content.event["problem"])

    def _park(self, letter: Letter, problem: str) -> str:
        key = f"{PARKED_FOLDER}/{letter.message_id}.json"
        self.objects.put(self.bucket, key, letter.body.encode(), "application/json")
        about = (self.actor, "park_letter", f"letter:{letter.message_id}", PARKED)
        self.audit.append(audit_event(self.clock(), *about, reasons=(problem,), details={"key": key}))
        text = f"A dead letter can't be dealt with: {problem}. It is kept as {key} in the cases bucket."
        self.operators.tell("a letter was parked", text, Runbook.DEAD_LETTERS)
        return PARKED
