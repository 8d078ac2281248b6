"""Reading what is asked of the control paths."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standins.namus.clock import Clock
from standins.namus.site import body_of


class ControlError(ValueError):
    """The request makes no sense; the text says why."""


async def options_of(request: Request, known: Set[str]) -> Mapping[str, Any]:
    """The JSON object in the body. Raises ControlError when it is none, or holds what isn't known."""
    body = await body_of(request)
    if not isinstance(body, dict) or not body or not body.keys() <= known:
        raise ControlError(f"the body must be a JSON object with some of: {', '.join(sorted(known))}")
    return body


def flag(options: Mapping[str, Any], name: str) -> bool | None:
    """Raises ControlError."""
    value = options.get(name)
    if value is not None and not isinstance(value, bool):
        raise ControlError(f"{name} must be true or false")
    return value


def time_of(options: Mapping[str, Any], clock: Clock) -> str | None:
    """The modifiedDateTime that is asked for; "now" is the clock's. Raises ControlError."""
    value = options.get("modifiedDateTime")
    if value is None:
        return None
    if value == "now":
        return clock.now()
    if not isinstance(value, str) or not _is_time(value):
        raise ControlError(
            'modifiedDateTime must look like 2026-05-04T10:00:00 or 2026-05-04T10:00:00.123, or be "now"'
        )
    return value


def _is_time(text: str) -> bool:
    """Whether it is a time as the site writes them: to the second or finer, without a zone."""
    if len(text) < len("2026-05-04T10:00:00"):
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def refused(error: ValueError) -> Response:
    """400, with the reason."""
    return JSONResponse({"message": str(error)}, status_code=400)


def unknown(what: str) -> Response:
    """404, naming what there is not."""
    return JSONResponse({"message": f"no {what}"}, status_code=404)
