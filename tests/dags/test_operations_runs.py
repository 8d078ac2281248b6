"""Runs of watch_operations, and runs that fail: in Airflow's own executor and DAG processor, on the deployed stack."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain import audit_format as form
from homeward.domain.audit import audit_event
from homeward.domain.errors import HomewardError
from homeward.domain.latest import Job, Latest, latest_key, sync_job
from homeward.domain.operations import NAMESPACE
from homeward.domain.run_failures import RunFailure
from homeward.domain.runbooks import Runbook
from homeward.settings import Setting, Settings
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification
from tests.dags.identity import CALLBACKS, Identities
from tests.dags.inbox import Messages, inbox

POLICY = "RunOperations"
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def received(settings: Settings) -> Messages:
    """What a subscriber of the operations topic got since it was last asked."""
    return inbox(settings[Setting.OPERATIONS_TOPIC_ARN])


@pytest.fixture
def failed(
    dagbag: Any, airflow_database: None, settings: Settings, received: Messages, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A run that failed; nobody was told of it yet."""
    dag = dagbag.dags["replay_detections"]
    for task in dag.tasks:
        monkeypatch.setattr(task, "retries", 0)
    with monkeypatch.context() as patches:
        patches.setattr(bootstrap, "tell_failure", lambda: lambda failure, runbook: False)
        ran = dag.test(logical_date=datetime.now(UTC), run_conf={"policy": "nowhere"})
    assert ran.state == "failed"
    received()
    yield ran
    for task in ("plan_replay", "summarise_replay", "timed_out"):
        client("s3").delete_object(Bucket=settings[Setting.CASES_BUCKET], Key=key("replay_detections", task))


def key(dag: str, task: str) -> str:
    return latest_key(f"failed/{dag}/{task}")


def request_of(ran: Any, reason: str = "task_failure") -> Any:
    """What the scheduler hands to the DAG processor when this run has failed, as it travels through the database."""
    from airflow.callbacks.callback_requests import DagCallbackRequest
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        run = session.get(DagRun, ran.id)
        tasks = [one for one in run.get_task_instances(session=session) if one.state == "failed"]
        last = max(tasks, key=lambda one: one.end_date) if reason == "task_failure" else None
        asked = run.produce_dag_callback(dag=ran.dag, success=False, relevant_ti=last, reason=reason)
        return DagCallbackRequest.from_json(asked.to_json())


@pytest.fixture
def run(dagbag: Any, airflow_database: None, identities: Identities, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a DAG, its task once."""

    def run(dag_id: str, without: str = "") -> Any:
        for task in dagbag.dags[dag_id].tasks:
            monkeypatch.setattr(task, "retries", 0)
        with identities.running(POLICY, without):
            return dagbag.dags[dag_id].test()

    return run


def test_a_whole_run_measures(run: Run, settings: Settings) -> None:
    client("s3").put_object(Bucket=settings[Setting.PICTURES_BUCKET], Key="heartbeats/lobby.json", Body=b"{}")
    bootstrap.latest_runs().note(sync_job("namus"), Latest("run", datetime.now(UTC)))
    bootstrap.latest_runs().note(Job.RECONCILE, Latest("run", datetime.now(UTC), 2))
    ran = run("watch_operations")
    assert ran.state == "success"
    (task,) = ran.get_task_instances()
    answer = task.xcom_pull(task_ids="watch_operations")
    assert answer["left"] == {"reconcile": 2}
    assert answer["hours_since"]["expire"] is None
    kept = {one["MetricName"] for one in client("cloudwatch").list_metrics(Namespace=NAMESPACE)["Metrics"]}
    cameras = {"SilentCameras", "TroubledCameras"}
    assert kept == {"HoursSinceSync", "HoursSinceReconcile", "DriftLeft", "OldestOpenReviewSeconds", *cameras}


@pytest.mark.parametrize(
    ("right", "dag"),
    [
        *((right, "watch_operations") for right in ("Names", "OpenReviews", "CountLetters", "LatestRuns", "Cameras")),
        *((right, "watch_operations") for right in ("ListBuckets", "Measure")),
        *((right, "seal_audit_log") for right in ("AuditEvents", "Seal", "SealedVersions", "Sign")),
    ],
)
def test_without_a_right_the_run_fails(run: Run, identities: Identities, right: str, dag: str) -> None:
    about = ("person:ann", "look", "case:x", "DONE")
    bootstrap.audit_log().append(audit_event(datetime.now(UTC) - timedelta(hours=5), *about))  # something to seal
    assert run(dag, without=right).state == "failed"
    identities.assert_lacked(POLICY, right)


def test_runs_seal_what_was_written_and_the_log_is_whole(run: Run) -> None:
    now = datetime.now(UTC)
    for hours in (5, 4, 2):
        bootstrap.audit_log().append(audit_event(now - timedelta(hours=hours), "person:ann", "look", "case:x", "DONE"))
    ran = run("seal_audit_log")
    assert [str(one.state) for one in ran.get_task_instances()] == ["success"]
    run("seal_audit_log")
    verification = Verification(bootstrap.audit_shelf(), PublicKeys.of([bootstrap.audit_public_key()]))
    assert [str(problem) for problem in verification.problems(form.last_due(ran.data_interval_end))] == []
    assert verification.first == form.hour_of(now - timedelta(hours=5))
    assert verification.events >= 3


def test_no_right_is_for_nothing(identities: Identities) -> None:
    """After all that the runs above did."""
    assert identities.unused(POLICY) == set()
    assert identities.untried(POLICY) == set()
    assert identities.refused(POLICY) == set()


def test_the_callback_of_the_dag_processor_tells_it(
    failed: Any, dagbag: Any, received: Messages, identities: Identities
) -> None:
    import structlog
    from airflow.dag_processing.processor import _execute_callbacks

    asked = request_of(failed)
    with identities.having(CALLBACKS):
        _execute_callbacks(dagbag, [asked], structlog.get_logger())
    (message,) = received()
    text = message["Message"]
    assert message["Subject"] == "Homeward: replay_detections failed"
    for known in (failed.run_id, "task_failure", "_replay"):
        assert known in text
    assert text.endswith("What to do: docs/runbooks/replay_detections.md")

    with identities.having(CALLBACKS):
        _execute_callbacks(dagbag, [asked, asked], structlog.get_logger())
    assert received() == [], "the operators have just heard of it"


def test_a_run_that_failed_by_no_task_is_told_too(
    failed: Any, dagbag: Any, received: Messages, identities: Identities
) -> None:
    """As when it took too long: the request carries no task then."""
    import structlog
    from airflow.dag_processing.processor import _execute_callbacks

    with identities.having(CALLBACKS):
        _execute_callbacks(dagbag, [request_of(failed, "timed_out")], structlog.get_logger())
    (message,) = received()
    assert "timed_out" in message["Message"]
    assert "None" not in message["Message"]


def test_airflows_own_dag_processor_tells_it(
    failed: Any, received: Messages, identities: Identities, tmp_path: Any
) -> None:
    """A process of its own: it has our plugins, the environment of AWS, and the way to the page of the run."""
    from airflow.callbacks.database_callback_sink import DatabaseCallbackSink

    DatabaseCallbackSink().send(request_of(failed))
    log = tmp_path / "processor.log"
    with identities.having(CALLBACKS):
        environment = {**os.environ, "AIRFLOW__API__BASE_URL": "http://127.0.0.1:18080/"}
    command = [sys.executable, "-m", "airflow", "dag-processor", "--num-runs", "1"]
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as processor:
        try:
            deadline, messages = time.monotonic() + 300, []
            while not (messages := messages or received()):
                assert time.monotonic() < deadline, log.read_text()[-3000:]
        finally:
            processor.terminate()
    (message,) = messages
    assert f"http://127.0.0.1:18080/dags/replay_detections/runs/{failed.run_id.split('__')[0]}" in message["Message"]


@pytest.mark.parametrize("right", ["Names", "WhatWasTold", "ListCases", "TellOperators"])
def test_without_a_right_the_callback_fails(failed: Any, identities: Identities, right: str) -> None:
    """Airflow logs that; nobody must think that the operators know."""
    with identities.having(CALLBACKS, without=right), pytest.raises(HomewardError):
        bootstrap.tell_failure()(RunFailure(failed.dag_id, failed.run_id, "task_failure", "plan_replay"), Runbook.SYNC)
    identities.assert_lacked(CALLBACKS, right)


def test_no_right_of_callbacks_is_for_nothing(identities: Identities) -> None:
    """After all that the callbacks above did."""
    assert identities.unused(CALLBACKS) == set()
    assert identities.untried(CALLBACKS) == set()
    assert identities.refused(CALLBACKS) == set()
