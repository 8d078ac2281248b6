"""ClientRequestToken: a request that is sent again under its token is answered again, but done only once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeAlias

from standins.rekognition.database import Database
from standins.rekognition.errors import IdempotentParameterMismatchError

KEPT_SECONDS = 24 * 3600
"""How long a token is remembered; AWS doesn't document its own time."""

_Answer: TypeAlias = dict[str, Any]


def once(database: Database, operation: str, parameters: _Answer, act: Callable[[], _Answer]) -> _Answer:
    """The answer of `act`, or the one that the same request got before under the same token.

    The change and the token are one transaction. Raises IdempotentParameterMismatchError, and what `act` raises.
    """
    request = dict(parameters)
    token = request.pop("ClientRequestToken", None)
    with database.change():
        if token is None:
            return act()
        digest = sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
        database.run("DELETE FROM requests WHERE at < ?", (time.time() - KEPT_SECONDS,))
        for before, answer in database.rows(
            "SELECT digest, answer FROM requests WHERE operation = ? AND token = ?", (operation, token)
        ):
            if before != digest:
                raise IdempotentParameterMismatchError
            told: _Answer = json.loads(answer)
            return told
        done = act()
        values = (operation, token, digest, json.dumps(done), time.time())
        database.run("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", values)
        return done
