"""The part of an erasure that goes through files of runs, and where files are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from homeward.domain.cases import CaseKey
from homeward.domain.erasures import Erasure, Redaction, Target, without_number
from homeward.domain.errors import NotFoundError
from homeward.domain.ports import ObjectVersions, StoredVersion

SYNC = "sync/"
RUN_FOLDERS = (SYNC, "reconcile/", "rebuild/", "replay/", "redrive/", "expire/")
KEPT_FOLDERS = ("bias/",)  # evidence that policies rest on: it stays, without who was erased


def raw_folder(case: CaseKey) -> str:
    """What the keys of all raw records of a case begin with."""
    return f"raw/{case.source}/{case.case_set}/{case.number}/"


@dataclass(frozen=True, slots=True)
class RedactFiles:
    """Reports and working files of runs, and parked letters: they stay readable, with a word in the target's place."""

    versions: ObjectVersions
    cases: str
    pictures: str
    name: str = "files"
    after: tuple[str, ...] = ("suppressions",)

    def erase(self, erasure: Erasure, actor: str) -> int:
        """See the port."""
        found = list(self._found(erasure.target))
        for version, body in found:
            if version.latest:
                self.versions.replace(version, body)
            else:
                self.versions.remove(version)
        return len(found)

    def left(self, target: Target) -> int:
        """See the port."""
        return sum(1 for _ in self._found(target))

    def _found(self, target: Target) -> Iterator[tuple[StoredVersion, bytes]]:
        """What mentions it, with the content that it should have."""
        redaction = Redaction(target, self.pictures)
        for folder in (*RUN_FOLDERS, *KEPT_FOLDERS):
            for version in self.versions.each(self.cases, folder):
                try:
                    body = self.versions.read(version)
                except NotFoundError:
                    continue
                text = body.decode(errors="surrogateescape")
                clean = redaction.text(text)
                if target.case and folder == SYNC:
                    clean = without_number(clean, target.case.number)
                if clean != text:
                    yield version, clean.encode(errors="surrogateescape")
