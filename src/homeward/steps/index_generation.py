"""Index Generation: give one batch of photos their faces in a generation that isn't live."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from homeward.domain.cases import PhotoKey
from homeward.steps.build_generation import INDEXED, LEFT, BuildGeneration
from homeward.steps.rebuild_files import RebuildFiles


@dataclass(frozen=True, slots=True)
class IndexGeneration:
    """Writes `rebuild/<run>/indexed/<batch>.json`. Done again, it indexes only what has no face there by its row."""

    build: BuildGeneration
    files: RebuildFiles

    def __call__(self, run: str, batch: str) -> dict[str, int]:
        """Return how many photos were indexed, had left, or were refused for which reason."""
        collection: str = self.files.get(run, "plan.json")["collection"]
        keys = [PhotoKey.parse(name) for name in self.files.get(run, f"batches/{batch}.json")]
        done = self._done(collection, keys)
        outcomes = {
            key.external_image_id: INDEXED if key in done else self.build.index(run, collection, key) for key in keys
        }
        content: dict[str, Any] = {"counts": dict(Counter(outcomes.values())), "refused": refusals(outcomes)}
        self.files.put(run, f"indexed/{batch}.json", content)
        return dict(Counter(outcomes.values()))

    def _done(self, collection: str, keys: list[PhotoKey]) -> set[PhotoKey]:
        """Those whose rows know a face that is there: an earlier try came so far. One that left is told elsewhere."""
        photos = [photo for key in keys if (photo := self.build.cases.get_photo(key))]
        ids = [face_id for photo in photos for face_id in photo.face_ids]
        faces, present = self.build.collections.open(collection), set[str]()
        for first in range(0, len(ids), 1000):
            present |= faces.present(ids[first : first + 1000])
        return {photo.key for photo in photos if photo.in_use and present & set(photo.face_ids)}


def refusals(outcomes: dict[str, str]) -> dict[str, str]:
    """Those of a round's outcomes that are reasons of a refusal, by photo."""
    return {name: outcome for name, outcome in outcomes.items() if outcome not in (INDEXED, LEFT)}
