"""Adopt Faces: after a switch, the rows of photos follow to the faces that are live now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from homeward.domain.reconciliation import Finding, Repair
from homeward.steps.collection_repairs import CollectionRepairs
from homeward.steps.repair_collection import BATCH
from homeward.steps.survey_collection import SurveyCollection


@dataclass(frozen=True, slots=True)
class AdoptFaces:
    """Two of the repairs of reconcile_collection, for as many photos as there are.

    A photo without a face in the live generation is indexed again by the next run that indexes: the new face model
    refused it, or a function that hadn't heard of the switch put its face into the old one.
    """

    survey: SurveyCollection
    repairs_of: Callable[[str], CollectionRepairs]

    def __call__(self, run: str) -> dict[str, int]:
        """Return how many rows followed, and how many photos are to be indexed again, by repair."""
        findings = [Finding.from_json(one) for one in self.survey.now()["findings"]]
        done, ways = {}, self.repairs_of(run).ways()
        for repair in (Repair.ADOPT_FACE, Repair.INDEX_AGAIN):
            asked = [finding for finding in findings if finding.repair is repair]
            parts = (asked[first : first + BATCH] for first in range(0, len(asked), BATCH))
            done[repair.value] = sum(ways[repair](part) for part in parts)
        return done
