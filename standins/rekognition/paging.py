"""Opaque paging tokens: they carry on where a page ended, in the same list only."""

from __future__ import annotations

import base64
import binascii
import json
from hashlib import sha256

from standins.rekognition.errors import InvalidPaginationTokenError

_LAST = 2**63 - 1
"""The highest number that the database can have given to anything."""


def token(scope: str, after: int) -> str:
    """The token of the page behind the item `after`; `scope` names the list."""
    content = json.dumps([_mark(scope), after], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode()


def after(scope: str, text: str) -> int:
    """The item that the token's page begins behind. Raises InvalidPaginationTokenError."""
    try:
        content = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidPaginationTokenError from error
    match content:
        case [mark, int() as item] if mark == _mark(scope) and 0 <= item <= _LAST:
            return item
    raise InvalidPaginationTokenError


def _mark(scope: str) -> str:
    return sha256(scope.encode()).hexdigest()[:12]
