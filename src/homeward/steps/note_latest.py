"""Note what a DAG's newest run came to, for Watch Operations."""

from __future__ import annotations

import json

from homeward.domain.detections import iso
from homeward.domain.operations import latest_key
from homeward.domain.ports import Clock, ObjectStore


def note_latest(objects: ObjectStore, bucket: str, actor: str, clock: Clock, **numbers: int) -> None:
    """`actor` is `dag:<id>`. Writes `latest/<id>.json`: `{"at", **numbers}`."""
    body = json.dumps({"at": iso(clock()), **numbers}).encode()
    objects.put(bucket, latest_key(actor.removeprefix("dag:")), body, "application/json")
