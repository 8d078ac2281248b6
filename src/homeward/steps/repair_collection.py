"""Repair Collection: mend what a survey found, where that is certain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from homeward.domain.errors import DriftError
from homeward.domain.ports import ObjectStore, Operators
from homeward.domain.reconciliation import Finding, Repair
from homeward.domain.runbooks import Runbook
from homeward.steps.collection_repairs import CollectionRepairs
from homeward.steps.survey_collection import read_survey

BATCH = 1000  # findings of one call; Amazon Rekognition takes 4,096 faces
SKIPPED = "SKIPPED"  # somebody else mended or changed it meanwhile


@dataclass(frozen=True, slots=True)
class RepairCollection:
    """Reads `reconcile/<run>/survey.json`. Done again, it does only what is left."""

    objects: ObjectStore
    bucket: str
    operators: Operators
    repairs_of: Callable[[str], CollectionRepairs]

    def __call__(self, run: str, max_changes: int) -> dict[str, int]:
        """Return how many repairs of each kind were done, and how many were no longer needed (SKIPPED).

        DriftError, after an alarm and before any change, when the survey asks for more than `max_changes`: then
        something larger is wrong than a repair should hide.
        """
        survey = read_survey(self.objects, self.bucket, run)
        asked = _by_repair(map(Finding.from_json, survey["findings"]))
        if (total := sum(map(len, asked.values()))) > max_changes:
            self._refuse(run, total, max_changes, survey["found"])
        done = Counter[str]()
        for repair, mend in self.repairs_of(run).ways().items():
            for first in range(0, len(asked[repair]), BATCH):
                batch = asked[repair][first : first + BATCH]
                mended = mend(batch)
                done.update({repair.value: mended, SKIPPED: len(batch) - mended})
        return dict(+done)

    def _refuse(self, run: str, total: int, most: int, found: Mapping[str, int]) -> None:
        why = f"{total} repairs, where a run may do {most}: {', '.join(f'{n} {name}' for name, n in found.items())}"
        text = f"reconcile run {run} changed nothing: {why}. Look at its report, then start one with a higher limit."
        self.operators.tell("the collection drifted too far", text, Runbook.RECONCILE_COLLECTION)
        raise DriftError(why)


def _by_repair(findings: map[Finding]) -> Mapping[Repair, Sequence[Finding]]:
    asked: dict[Repair, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.repair:
            asked[finding.repair].append(finding)
    return asked
