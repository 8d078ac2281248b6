"""Rules: which requests meet which fault. The same requests in the same order always meet the same ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import count
from typing import Any

from starlette.responses import Response

from standins.namus.faults.catalogue import FAULTS
from standins.namus.faults.fault import Exchange, Fault, FaultError, Honest, require
from standins.namus.records import draw

KINDS = ("search", "detail", "image", "default_image", "states")
PARTS = 1_000_000  # how finely shares are told apart
_SELECTORS = {"fault", "on", "path", "case", "share", "of", "after", "times"}


@dataclass
class Rule:
    """A fault for some requests: of kinds, with paths, of a case; of those a share, after some, so many times."""

    id: int
    name: str
    fault: Fault
    kinds: tuple[str, ...]
    path: re.Pattern[str] | None
    case: int | None
    share: float
    of: str
    after: int
    times: int | None
    seen: int = 0
    done: int = 0

    def meets(self, kind: str, path: str, number: int | None, seed: int) -> bool:
        """Whether this request gets the fault; counts it."""
        if kind not in self.kinds or (self.path and not self.path.search(path)):
            return False
        if self.case is not None and number != self.case:
            return False
        self.seen += 1
        drawn = draw(PARTS, seed, self.id, number if self.of == "cases" else self.seen, self.of)
        if drawn >= self.share * PARTS or self.seen <= self.after or self.done == self.times:
            return False
        self.done += 1
        return True

    def described(self) -> dict[str, object]:
        """As it was asked for, with what has come of it."""
        return {
            "id": self.id,
            "fault": self.name,
            **asdict(self.fault),
            "on": list(self.kinds),
            "path": self.path.pattern if self.path else None,
            "case": self.case,
            "share": self.share,
            "of": self.of,
            "after": self.after,
            "times": self.times,
            "seen": self.seen,
            "done": self.done,
        }


@dataclass
class Rules:
    """The rules in force."""

    seed: int
    rules: dict[int, Rule] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1), init=False)

    def add(self, body: object) -> Rule:
        """Read a rule from JSON. Raises FaultError."""
        rule = read_rule(body, next(self._ids))
        self.rules[rule.id] = rule
        return rule

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """Answer a request as all rules that it meets will have it, the newest outermost."""
        request = exchange.request
        number = request.path_params.get("number")
        for rule in [*self.rules.values()]:
            if rule.meets(exchange.kind, request.url.path, number, self.seed):
                honest = partial(rule.fault.answer, exchange, honest)
        return await honest()


def read_rule(body: object, identity: int) -> Rule:
    """Read a rule from JSON. Raises FaultError."""
    if not isinstance(body, dict):
        raise FaultError("a rule is a JSON object")
    name = body.get("fault")
    if name not in FAULTS:
        raise FaultError(f"fault must be one of: {', '.join(FAULTS)}")
    fault = FAULTS[str(name)].read({key: value for key, value in body.items() if key not in _SELECTORS})
    return Rule(id=identity, name=str(name), fault=fault, **_selectors(body))


def _selectors(body: Mapping[str, Any]) -> dict[str, Any]:
    kinds, share, of = body.get("on", list(KINDS)), body.get("share", 1), body.get("of", "requests")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    require(isinstance(kinds, list) and all(kind in KINDS for kind in kinds), f"on must be some of: {', '.join(KINDS)}")
    require(_is_number(share) and 0 <= share <= 1, "share must be from 0 to 1")
    require(of in ("requests", "cases"), 'of must be "requests" or "cases"')
    return {
        "kinds": tuple(kinds),
        "path": _pattern(body.get("path")),
        "case": _count(body, "case", None),
        "share": float(share),
        "of": of,
        "after": _count(body, "after", 0) or 0,
        "times": _count(body, "times", None),
    }


def _pattern(text: object) -> re.Pattern[str] | None:
    if text is None:
        return None
    require(isinstance(text, str), "path must be a regular expression")
    try:
        return re.compile(str(text), re.IGNORECASE)
    except re.error as error:
        raise FaultError(f"path is no regular expression: {error}") from error


def _count(body: Mapping[str, Any], key: str, default: int | None) -> int | None:
    value: object = body.get(key, default)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise FaultError(f"{key} must be a whole number of 0 or more")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
