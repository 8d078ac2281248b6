"""The suppression list: cases that must not be in the collection, whatever a source, a backup or a late run says.

It outlives everything: the case's record, the collection, a rebuild from stored photos. A case that its source took
back is on it until the source publishes it again; one that a person put there leaves it only by a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from homeward.domain.cases import CaseKey


class SuppressionReason(StrEnum):
    """Why a case is suppressed: the source calls it resolved, the source no longer has it, or somebody asked for it."""

    RESOLVED = "RESOLVED"
    VANISHED = "VANISHED"
    REQUESTED = "REQUESTED"


@dataclass(frozen=True, slots=True)
class Suppression:
    """An entry of the list. `by` is an actor as in audit events; `note` holds no name of a person."""

    case: CaseKey
    reason: SuppressionReason
    since: datetime
    by: str
    note: str = ""

    @property
    def ends_with_return(self) -> bool:
        """Whether the source's publishing the case again lifts the suppression."""
        return self.reason is not SuppressionReason.REQUESTED
