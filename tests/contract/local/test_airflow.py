"""The real Airflow on the real PostgreSQL: it runs a deferred task and can be reached from this machine only."""

from __future__ import annotations

import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from homeward.local.airflow_api import AirflowApi, TaskProgress
from homeward.local.commands import Condition, status
from homeward.local.errors import AirflowApiError
from homeward.local.health import opener
from homeward.local.home import Home
from homeward.local.part import Event
from homeward.local.ports import Ports
from homeward.local.run_record import RunRecord
from homeward.local.sweep import members
from homeward.local.system import LocalOptions, LocalSystem
from tests.contract.local.conftest import free_port, wait_for

DAG = """
from __future__ import annotations
import os
from datetime import timedelta
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import dag, get_current_context, task

@dag(schedule=None)
def probe():
    wait = TimeDeltaSensor(task_id="wait", delta=timedelta(seconds=0.5), deferrable=True)

    @task
    def check():
        assert get_current_context()["dag_run"].conf == {"number": 42}
        assert os.environ["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")

    wait >> check()

probe()
"""


@pytest.fixture
def system(state: Path, checkout: Path, tmp_path: Path, nothing_left: None) -> Iterator[LocalSystem]:
    (tmp_path / "standins").symlink_to(checkout / "standins")
    (tmp_path / "server.py").symlink_to(checkout / "server.py")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "probe.py").write_text(DAG)
    (tmp_path / "dags" / "broken.py").write_text("from airflow.sdk import dag\nraise ValueError('no such table')\n")
    events: list[Event] = []
    options = LocalOptions(home=Home(state), ports=Ports(*(free_port() for _ in range(5))), repository=tmp_path)
    with LocalSystem(options, events.append) as running:
        yield running


def test_airflow_runs_a_deferred_task_and_serves_this_machine_only(system: LocalSystem) -> None:
    api = system.airflow_api()
    api.wait_for_dag("probe")
    run = api.trigger_dag_run("probe", {"number": 42})
    state = wait_for(lambda: (now := api.dag_run_state("probe", run)) in ("success", "failed") and now, within=40)
    assert (state, sorted(api.task_instances("probe", run), key=str)) == (
        "success",
        [TaskProgress("check", -1, "success"), TaskProgress("wait", -1, "success")],
    )
    with pytest.raises(AirflowApiError, match="no such table"):
        api.wait_for_dag("broken")
    home = system.options.home
    assert status(home).condition is Condition.UP
    _check_addresses(home, system.options.ports)
    _check_access(system)
    _check_secrets(home)


def _check_addresses(home: Home, ports: Ports) -> None:
    record = RunRecord.load(home)
    assert record is not None
    ours = {process.pid for process in members(record.run)}
    assert len(ours) > 10
    listening = {
        (found.laddr.ip, found.laddr.port)
        for found in psutil.net_connections(kind="inet")
        if found.pid in ours and found.laddr and (found.status == psutil.CONN_LISTEN or found.type.name == "SOCK_DGRAM")
    }
    assert listening == {("127.0.0.1", port) for _, port in ports.items()}


def _check_access(system: LocalSystem) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(f"{system.endpoints.airflow}/api/v2/dags", timeout=10)
    assert refused.value.code == 401
    with pytest.raises(AirflowApiError, match="401"):
        AirflowApi(system.endpoints.airflow, "admin", "wrong").dag_run_state("probe", "any")
    with pytest.raises(AirflowApiError, match="403"):
        system.airflow_api("viewer").trigger_dag_run("probe")


def _check_secrets(home: Home) -> None:
    secrets = [
        *(home.airflow / "passwords.json").read_text().split('"'),
        *(home.airflow / "secrets.json").read_text().split('"'),
    ]
    long = [secret for secret in secrets if len(secret) > 15]
    assert len(long) >= 6
    for log in home.logs.glob("*.log"):
        text = log.read_text(errors="replace")
        assert not [secret for secret in long if secret in text], log.name
    for name in ("passwords.json", "secrets.json", "airflow.cfg"):
        assert stat.S_IMODE((home.airflow / name).stat().st_mode) & 0o077 == 0, name
