"""What the owners of a case would do, at a path that the site does not have."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import JSONResponse, Response

from standins.namus.caseset import CaseSet

KEYS = {"modifiedDateTime", "withdrawn"}


def change_case(cases: CaseSet, number: int, body: object) -> Response:
    """Set the time of a case's change, or withdraw or restore it.

    The body: {"modifiedDateTime": "2026-05-04T10:00:00", "withdrawn": true}, one of them or both. Answers 204.
    """
    if not isinstance(body, dict) or not body or not body.keys() <= KEYS:
        return _refused(f"the body must be an object with some of {sorted(KEYS)}")
    modified, withdrawn = body.get("modifiedDateTime"), body.get("withdrawn")
    if modified is not None and not _is_time(modified):
        return _refused("modifiedDateTime must look like 2026-05-04T10:00:00 or 2026-05-04T10:00:00.123")
    if withdrawn is not None and not isinstance(withdrawn, bool):
        return _refused("withdrawn must be true or false")
    if not cases.change(number, modified, withdrawn):
        return JSONResponse({"message": f"no case {number}"}, status_code=404)
    return Response(status_code=204)


def _is_time(value: object) -> bool:
    """Whether it is a time as the site writes them: to the second or finer, without a zone."""
    if not isinstance(value, str) or len(value) < len("2026-05-04T10:00:00"):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def _refused(reason: str) -> Response:
    return JSONResponse({"message": reason}, status_code=400)
