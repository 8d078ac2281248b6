"""What is known of each generation of the collection, kept as one small file each in the cases bucket."""

from __future__ import annotations

import json
from dataclasses import dataclass

from homeward.domain.detections import iso
from homeward.domain.errors import NotFoundError
from homeward.domain.generations import RECORDS, Generation, GenerationState, record_key
from homeward.domain.ports import Clock, ObjectStore


@dataclass(frozen=True, slots=True)
class GenerationRecords:
    """Reads and writes `generations/<collection>.json`. The first generation has none until it is retired."""

    objects: ObjectStore
    bucket: str
    clock: Clock

    def get(self, collection: str) -> Generation | None:
        """The record of one."""
        try:
            return Generation.from_json(json.loads(self.objects.get(self.bucket, record_key(collection))))
        except NotFoundError:
            return None

    def put(self, collection: str, state: GenerationState, run: str) -> Generation:
        """Note that it is in this state since now."""
        record = Generation(collection, state, iso(self.clock()), run)
        body = json.dumps(record.to_json()).encode()
        self.objects.put(self.bucket, record_key(collection), body, "application/json")
        return record

    def all(self) -> list[Generation]:
        """Every record, of deleted generations too."""
        keys = [stored.key for stored in self.objects.listed(self.bucket, RECORDS)]
        return [Generation.from_json(json.loads(self.objects.get(self.bucket, key))) for key in keys]
