"""One Person: which pairs of cases may be one person, as the newest whole measurement of error rates saw it."""

from __future__ import annotations

import json
from typing import Any

from homeward.domain.errors import NotFoundError
from homeward.domain.measurement import LATEST, REPORT, run_folder
from homeward.domain.ports import ObjectStore


def one_person(objects: ObjectStore, bucket: str) -> dict[str, Any] | None:
    """Return `{"run", "at", "pairs": [{"cases", "similarity"}]}`; None when nothing was ever measured."""
    try:
        run = json.loads(objects.get(bucket, LATEST))["run"]
        report = json.loads(objects.get(bucket, f"{run_folder(run)}/{REPORT}"))
    except NotFoundError:
        return None
    pairs = [{"cases": pair["cases"], "similarity": pair["similarity"]} for pair in report["statistics"]["duplicates"]]
    return {"run": run, "at": report["made_at"], "pairs": pairs}
