"""Runs of watch_operations, and runs that fail: in Airflow's own executor and DAG processor, on the deployed stack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain.latest import Job, Latest, latest_key, sync_job
from homeward.domain.operations import NAMESPACE
from homeward.settings import Setting, Settings
from tests.deployed import deployed

Messages = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with deployed(tmp_path_factory.mktemp("operations"), "homeward") as settings:
        bootstrap.settings.cache_clear()
        yield settings
    bootstrap.settings.cache_clear()


@pytest.fixture(scope="module")
def received(settings: Settings) -> Messages:
    """What a subscriber of the operations topic got since it was last asked."""
    queue = client("sqs").create_queue(QueueName="operators")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=settings[Setting.OPERATIONS_TOPIC_ARN], Protocol="sqs", Endpoint=arn)

    def messages() -> list[dict[str, Any]]:
        got = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for one in got.get("Messages", []):
            client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return [json.loads(one["Body"]) for one in got.get("Messages", [])]

    return messages


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


def test_a_whole_run_measures(dagbag: Any, airflow_database: None, settings: Settings) -> None:
    bootstrap.latest_runs().note(sync_job("namus"), Latest("run", datetime.now(UTC)))
    bootstrap.latest_runs().note(Job.RECONCILE, Latest("run", datetime.now(UTC), 2))
    ran = dagbag.dags["watch_operations"].test(logical_date=datetime.now(UTC))
    assert ran.state == "success"
    (task,) = ran.get_task_instances()
    answer = task.xcom_pull(task_ids="watch_operations")
    assert answer["left"] == {"reconcile": 2}
    assert answer["hours_since"]["expire"] is None
    kept = {one["MetricName"] for one in client("cloudwatch").list_metrics(Namespace=NAMESPACE)["Metrics"]}
    cameras = {"SilentCameras", "TroubledCameras"}
    assert kept == {"HoursSinceSync", "HoursSinceReconcile", "DriftLeft", "OldestOpenReviewSeconds", *cameras}


def test_the_callback_of_the_dag_processor_tells_it(failed: Any, dagbag: Any, received: Messages) -> None:
    import structlog
    from airflow.dag_processing.processor import _execute_callbacks

    asked = request_of(failed)
    _execute_callbacks(dagbag, [asked], structlog.get_logger())
    (message,) = received()
    text = message["Message"]
    assert message["Subject"] == "Homeward: replay_detections failed"
    for known in (failed.run_id, "task_failure", "_replay"):
        assert known in text
    assert text.endswith("What to do: docs/runbooks/replay_detections.md")

    _execute_callbacks(dagbag, [asked, asked], structlog.get_logger())
    assert received() == [], "the operators have just heard of it"


def test_a_run_that_failed_by_no_task_is_told_too(failed: Any, dagbag: Any, received: Messages) -> None:
    """As when it took too long: the request carries no task then."""
    import structlog
    from airflow.dag_processing.processor import _execute_callbacks

    _execute_callbacks(dagbag, [request_of(failed, "timed_out")], structlog.get_logger())
    (message,) = received()
    assert "timed_out" in message["Message"]
    assert "None" not in message["Message"]


def test_airflows_own_dag_processor_tells_it(failed: Any, received: Messages, tmp_path: Any) -> None:
    """A process of its own: it has our plugins, the environment of AWS, and the way to the page of the run."""
    from airflow.callbacks.database_callback_sink import DatabaseCallbackSink

    DatabaseCallbackSink().send(request_of(failed))
    log = tmp_path / "processor.log"
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
