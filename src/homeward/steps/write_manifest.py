"""Write Manifest: list the photos that the index_photos machine has to index, whichever run admitted them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from homeward.domain.ports import CaseStore, ObjectStore
from homeward.domain.sync import run_folder

MANIFEST = "photos.jsonl"


@dataclass(frozen=True, slots=True)
class WriteManifest:
    """One JSON line `{"photo": ExternalImageId}` per photo, in `sync/<run>/photos.jsonl`."""

    cases: CaseStore
    objects: ObjectStore
    bucket: str
    machine_arn: str

    def __call__(self, run: str) -> dict[str, Any]:
        """Return `{"bucket", "key", "photos", "machine_arn"}`: what it takes to start the machine."""
        key = f"{run_folder(run)}/{MANIFEST}"
        photos = [photo.key.external_image_id for photo in self.cases.photos_awaiting_index()]
        lines = "".join(json.dumps({"photo": photo}) + "\n" for photo in photos)
        self.objects.put(self.bucket, key, lines.encode(), "application/jsonl")
        return {"bucket": self.bucket, "key": key, "photos": len(photos), "machine_arn": self.machine_arn}
