"""ClientRequestToken: a transaction is known by what was sent, not by what became of it while it was worked on."""

from __future__ import annotations

import copy
from typing import Any

from ministack.services import dynamodb

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(dynamodb, "_txn_token_lookup", _lookup)
    wrap(dynamodb, "_transact_write_items", _transact)


def _lookup(original: Any, token: str) -> Any:
    """What is known of a token; its numbers were brought into shape where they stood (97.0 became 97)."""
    entry = original(token)
    return entry and {**entry, "signature": entry.get("as_sent", entry["signature"])}


def _transact(original: Any, data: dict[str, Any]) -> Any:
    as_sent = copy.deepcopy({name: value for name, value in data.items() if name != "ClientRequestToken"})
    answer = original(data)
    entry = dynamodb._txn_idempotency.get(data.get("ClientRequestToken"))
    if entry:
        entry.setdefault("as_sent", as_sent)
    return answer
