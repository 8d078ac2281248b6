"""The report of a run of expire_records: what was past its time, what is still to erase, what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from homeward.domain.erasures import ErasureState
from homeward.domain.retention import Kept


class Expiry(StrEnum):
    """How a run ended."""

    DRY_RUN = "DRY_RUN"
    DONE = "DONE"
    MORE = "MORE"  # the limit was reached: the next run goes on
    FAILED = "FAILED"  # a task that it needed failed


def run_folder(run: str) -> str:
    """Where the files of a run of expire_records are, in the cases bucket."""
    return f"expire/{run}"


def build_report(
    run: str,
    version: str,
    dry_run: bool,
    expired: Iterable[Mapping[str, Any]],
    erased: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """`expired` are the answers of Expire Records, one for each kind; `erased` is that of Retry Erasures."""
    by_kind = {one["kind"]: {name: one[name] for name in ("due", "counts", "more")} for one in expired}
    missing = sorted({kind.value for kind in Kept} - set(by_kind)) + ([] if erased else ["erasures"])
    outcome = Expiry.DRY_RUN if dry_run else Expiry.DONE
    if missing:
        outcome = Expiry.FAILED
    elif not dry_run and any(one["more"] for one in by_kind.values()):
        outcome = Expiry.MORE
    erasures = list(erased["erasures"]) if erased else []
    return {
        "run": run,
        "outcome": outcome.value,
        "retention": version,
        "expired": by_kind,
        "erasures": erasures,
        "pending": sum(one["state"] == ErasureState.PENDING for one in erasures),
        "missing": missing,
    }
