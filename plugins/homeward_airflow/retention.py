"""The tasks of expire_records and erase_record: each calls one use case of the core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from homeward import bootstrap
from homeward.domain.erasures import ErasureState, Target
from homeward.domain.expiry_report import Expiry
from homeward.domain.retention import Kept
from homeward.domain.sync import run_name
from homeward_airflow.asking import triggering_person

KINDS = tuple(kind.value for kind in Kept)


def expire_records(kind: str) -> dict[str, Any]:
    """Delete what of one kind is past its time."""
    context = get_current_context()
    context["label"] = kind  # type: ignore[typeddict-unknown-key]
    return bootstrap.expire_records()(Kept(kind), context["params"]["limit"], _is_dry_run())


def retry_erasures() -> dict[str, Any]:
    """Carry on with every erasure that isn't confirmed by every store."""
    return bootstrap.retry_erasures()(_is_dry_run(), get_current_context()["params"]["look_again"])


def summarise_expiry(expired: Iterable[dict[str, Any]] | None, erased: dict[str, Any] | None) -> dict[str, Any]:
    """Write the report; fails when a task that it needs failed, so that the run's state is true."""
    run = get_current_context()["dag_run"]
    done = [one for one in expired or () if one]
    report = bootstrap.summarise_expiry()(run_name(run.dag_id, run.run_id), _is_dry_run(), done, erased)
    if report["outcome"] == Expiry.FAILED:
        raise AirflowFailException(f"not done: {', '.join(report['missing'])}; clear those tasks with downstream")
    return report


def request_erasure() -> str:
    """Note what the form says, with the name of whoever triggered the run."""
    context = get_current_context()
    target = Target.parse(context["params"]["target"].strip())
    bootstrap.request_erasure()(target, triggering_person(), context["params"]["reason"])
    return str(target)


def erase_record(target: str) -> dict[str, Any]:
    """Erase it from every store; fails while a store hasn't confirmed, and is tried again."""
    erasure = bootstrap.erase_record(bootstrap.ERASER)(Target.parse(target))
    if erasure.state is ErasureState.PENDING:
        raise RuntimeError(f"still pending: {dict(erasure.problems)}; expire_records goes on with it every day")
    return erasure.to_json()


def _is_dry_run() -> bool:
    context = get_current_context()
    return context["dag_run"].run_type != "scheduled" and bool(context["params"]["dry_run"])
