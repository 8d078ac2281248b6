"""What no later try can mend fails a task at once; everything else is tried again."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from homeward.domain import errors


def failed_with(error: Exception) -> BaseException:
    """What Airflow gets from a task whose work raises this."""
    from homeward_airflow.tasks import failing_at_once

    def work(batch: dict[str, str], times: int = 1) -> None:
        raise error

    tried = failing_at_once(work)
    assert inspect.signature(tried) == inspect.signature(work)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is the question
        tried({}, times=2)
    return raised.value


@pytest.mark.parametrize(
    "error",
    [
        errors.DriftError,
        errors.InputError,
        errors.NotFoundError,
        errors.PolicyError,
        errors.RebuildError,
        errors.SealError,
        errors.ServiceRefusedError,
        errors.SettingsError,
        errors.SourceBlockedError,
        errors.VanishedError,
    ],
)
def test_hopeless(error: type[Exception]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    cause = error("who and why")
    failed = failed_with(cause)
    assert isinstance(failed, AirflowFailException)
    assert failed.__cause__ is cause
    assert error.__name__ in str(failed)
    assert "who and why" in str(failed)


@pytest.mark.parametrize(
    "error",
    [
        errors.ConflictError("x"),
        errors.ServiceUnavailableError("x"),
        errors.SourceError("x"),
        errors.ThrottledError("x"),
        RuntimeError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_worth_another_try(error: Exception) -> None:
    assert failed_with(error) is error


def test_every_task_of_ours_is_one(dagbag: Any) -> None:
    """But for the branch of publish_policy, which only reads what it is given."""
    from homeward_airflow.tasks import failing_at_once

    code = failing_at_once(print).__code__
    works = {
        f"{dag.dag_id}.{task.task_id}": work
        for dag in dagbag.dags.values()
        for task in dag.tasks
        if (work := getattr(task, "python_callable", None) or getattr(task, "op_kwargs", {}).get("python_callable"))
    }
    assert len(works) > 30
    assert {name for name, work in works.items() if work.__code__ is not code} == {"publish_policy.ask_whom"}


def test_nobody_is_asked_again_by_a_retry(dagbag: Any) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    late = {"error_type": "timeout", "error": "no answer"}
    with pytest.raises(AirflowFailException, match="nobody answered"):
        dagbag.dags["publish_policy"].get_task("approve_policy").process_trigger_event_error(late)
