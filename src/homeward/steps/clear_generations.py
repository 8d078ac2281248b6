"""Clear Generations: no generation beside the live one keeps a face of a photo that may not be found."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.steps.build_generation import BuildGeneration


@dataclass(frozen=True, slots=True)
class ClearGenerations:
    """The net below Remove Faces, which reaches what rows know of. reconcile_collection clears the live one."""

    build: BuildGeneration

    def __call__(self, run: str) -> dict[str, int]:
        """Return how many faces were deleted, by collection."""
        live, counts = self.build.collections.live(), {}
        for collection in self.build.collections.all():
            if collection != live:
                spare = self.build.standing(collection).spare
                self.build.clear(run, collection, spare)
                counts[collection] = len(spare)
        return counts
