"""The files of a rebuild run, in the cases bucket below `rebuild/<run>/`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from homeward.domain.errors import NotFoundError
from homeward.domain.ports import ObjectStore
from homeward.domain.rebuild import run_folder
from homeward.domain.rebuild_page import rebuild_page


@dataclass(frozen=True, slots=True)
class RebuildFiles:
    """`plan.json`, `batches/`, `indexed/`, `refused.json`, `report.json` and `report.html`."""

    objects: ObjectStore
    bucket: str

    def put(self, run: str, name: str, content: Any) -> None:
        """Write a JSON file."""
        body = json.dumps(content, indent=1).encode()
        self.objects.put(self.bucket, f"{run_folder(run)}/{name}", body, "application/json")

    def get(self, run: str, name: str) -> Any:
        """Read a JSON file; NotFoundError."""
        return json.loads(self.objects.get(self.bucket, f"{run_folder(run)}/{name}"))

    def put_report(self, run: str, report: Mapping[str, Any]) -> None:
        """Write a report, for programs and for people."""
        self.put(run, "report.json", report)
        page = rebuild_page(report).encode()
        self.objects.put(self.bucket, f"{run_folder(run)}/report.html", page, "text/html; charset=utf-8")

    def refused(self, run: str) -> dict[str, str]:
        """The photos that a run's batches and verification found to be refused, by ExternalImageId, with the reason."""
        prefix, found = f"{run_folder(run)}/indexed/", dict[str, str]()
        for stored in self.objects.listed(self.bucket, prefix):
            found |= json.loads(self.objects.get(self.bucket, stored.key))["refused"]
        with suppress(NotFoundError):  # not verified yet
            found |= self.get(run, "refused.json")
        return found
