"""How a function becomes a task: what no later try can mend fails it at once, everything else has the task's retries.

Airflow's own retry policies say the same, but only since 3.3, and managed Airflow is older: one way for all releases.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import task as airflow_task
from airflow.sdk.exceptions import AirflowFailException

from homeward.domain.errors import (
    DriftError,
    InputError,
    NotFoundError,
    PolicyError,
    RebuildError,
    SealError,
    ServiceRefusedError,
    SettingsError,
    SourceBlockedError,
    VanishedError,
)

P = ParamSpec("P")
R = TypeVar("R")
# A setting, a request or a right is wrong, something is gone, or a person must look; who refused us isn't asked again.
HOPELESS = (
    DriftError,
    InputError,
    NotFoundError,
    PolicyError,
    RebuildError,
    SealError,
    ServiceRefusedError,
    SettingsError,
    SourceBlockedError,
    VanishedError,
)


def task(work: Callable[..., Any], **options: Any) -> Any:
    """Airflow's `task`, but one that fails at once when trying again can't help."""
    return airflow_task(failing_at_once(work), **options)


def failing_at_once(work: Callable[P, R]) -> Callable[P, R]:
    """The same function; Airflow learns from its error that another try is useless."""

    @wraps(work)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except HOPELESS as error:
            raise AirflowFailException(f"trying again can't help: {type(error).__name__}: {error}") from error

    return tried
