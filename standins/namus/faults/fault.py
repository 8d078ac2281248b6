"""The shape of a fault, and reading its options from JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self, get_type_hints

from starlette.requests import Request
from starlette.responses import Response

from standins.namus.caseset import CaseSet
from standins.namus.clock import Clock
from standins.namus.faults.wire import Broken
from standins.namus.records import Case

Honest = Callable[[], Awaitable[Response]]


class FaultError(ValueError):
    """A fault or rule was described in a way that makes no sense; the text says how."""


@dataclass
class Exchange:
    """One request to the site, and what it asks about."""

    kind: str
    request: Request
    cases: CaseSet
    clock: Clock

    @property
    def found(self) -> list[Case]:
        """What a search found, in its order; nothing before it was answered, and of other requests."""
        return getattr(self.request.state, "found", [])


@dataclass(frozen=True)
class Fault(ABC):
    """One thing that goes wrong. Its fields are its options; their defaults need no choice."""

    @abstractmethod
    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """What the client gets; `honest` gives what it would get otherwise."""

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """Make one from JSON. Raises FaultError."""
        kinds = get_type_hints(cls)
        names = {field.name for field in fields(cls)}
        for name, value in options.items():
            if name not in names:
                raise FaultError(f"{name!r} is no option here; there are: {', '.join(sorted(names)) or 'none'}")
            if not _fits(value, kinds[name]):
                raise FaultError(f"{name} can't be {value!r}")
        made = cls(**options)
        made.check()
        return made

    def check(self) -> None:  # noqa: B027 - most have nothing to look at
        """Look at the options together. Raises FaultError."""

    @classmethod
    def options(cls) -> dict[str, object]:
        """The options and their defaults."""
        made = cls()
        return {field.name: getattr(made, field.name) for field in fields(cls)}


class BodyFault(Fault):
    """A fault of an answer that is there; floods and broken answers have no body to spoil and stay as they are."""

    async def answer(self, exchange: Exchange, honest: Honest) -> Response:
        """See Fault."""
        response = await honest()
        return response if isinstance(response, Broken) else self.spoiled(response, exchange.kind)

    @abstractmethod
    def spoiled(self, response: Response, kind: str) -> Response:
        """What the client gets instead of an honest answer to this kind of request."""


def _fits(value: object, kind: Any) -> bool:
    kinds = getattr(kind, "__args__", (kind,)) if not hasattr(kind, "__origin__") else (kind.__origin__,)
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, (*kinds, int) if float in kinds else kinds)


def require(condition: bool, message: str) -> None:
    """Raise FaultError with the message unless the condition holds."""
    if not condition:
        raise FaultError(message)
