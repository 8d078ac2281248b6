"""ErasureStore on DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from homeward.adapters.dynamodb import Item, event_put, get, put, scan, transact
from homeward.domain.audit import AuditEvent
from homeward.domain.detections import iso
from homeward.domain.erasures import Confirmation, Erasure, ErasureState, Target


@dataclass(frozen=True, slots=True)
class DynamoErasureStore:
    """Table `erasures`, key `target`."""

    table: str
    audit_table: str

    def get(self, target: Target) -> Erasure | None:
        """See the port."""
        item = get(self.table, {"target": str(target)})
        return _read(item) if item else None

    def all(self) -> Iterator[Erasure]:
        """See the port."""
        return map(_read, scan(self.table, consistent=True))

    def save(self, erasure: Erasure, event: AuditEvent) -> Erasure:
        """See the port."""
        later = replace(erasure, revision=erasure.revision + 1)
        if erasure.revision:
            written = put(self.table, _item(later), "revision = :read", read=erasure.revision)
        else:
            written = put(self.table, _item(later), "attribute_not_exists(target)")
        transact(written, event_put(self.audit_table, event))
        return later


def _item(erasure: Erasure) -> Item:
    return {
        "target": str(erasure.target),
        "state": erasure.state.value,
        "asked_at": iso(erasure.asked_at),
        "by": erasure.by,
        "reason": erasure.reason,
        "confirmed": {name: asdict(one) for name, one in erasure.confirmed.items()},
        "problems": dict(erasure.problems),
        "attempts": erasure.attempts,
        "done_at": iso(erasure.done_at) if erasure.done_at else None,
        "revision": erasure.revision,
    }


def _read(item: Item) -> Erasure:
    return Erasure(
        target=Target.parse(item["target"]),
        asked_at=datetime.fromisoformat(item["asked_at"]),
        by=item["by"],
        reason=item["reason"],
        state=ErasureState(item["state"]),
        confirmed={name: Confirmation(**one) for name, one in item["confirmed"].items()},
        problems=item["problems"],
        attempts=item["attempts"],
        done_at=datetime.fromisoformat(item["done_at"]) if "done_at" in item else None,
        revision=item["revision"],
    )
