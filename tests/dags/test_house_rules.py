"""What every DAG of ours has in common."""

from __future__ import annotations

import ast
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dags.places import DAGS, PLUGINS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(DAGS.glob("*.py"))


def test_every_file_is_one_dag_of_its_own_name(dagbag: Any) -> None:
    assert dagbag.import_errors == {}
    assert set(dagbag.dags) == {file.stem for file in FILES}


def test_the_dags_fit_into_the_metadata_database(dagbag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for dag in dagbag.dags.values():
        assert json.loads(json.dumps(DagSerialization.to_dict(dag)))["dag"]["dag_id"] == dag.dag_id


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dag_file_is_a_runbook_and_wiring(file: Path) -> None:
    text = file.read_text()
    assert len(text.splitlines()) <= 150
    tree = ast.parse(text)
    runbook = ast.get_docstring(tree) or ""
    assert runbook.startswith("### ")
    assert "|" in runbook, "a runbook has a table of the tasks"
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in modules} <= {"__future__", "datetime", "airflow", "homeward_airflow"}


def test_every_dag_says_what_it_is_and_can_be_left_alone(dagbag: Any) -> None:
    for dag in dagbag.dags.values():
        assert dag.doc_md
        assert dag.description
        assert dag.tags
        assert dag.catchup is False
        assert 1 <= dag.max_active_runs <= 4
        for task in dag.tasks:
            assert (task.retries or 0) >= 1, task.task_id
            assert task.retry_delay >= timedelta(seconds=10)
            assert task.owner != "airflow"


def test_scheduled_dags_have_real_intervals(dagbag: Any) -> None:
    """A bare cron string gives intervals without length, in which nothing is ever created or modified."""
    from airflow.sdk import CronDataIntervalTimetable

    for dag in dagbag.dags.values():
        if dag.timetable.can_be_scheduled:
            times = getattr(dag.timetable, "timetable", dag.timetable)  # AssetOrTimeSchedule holds another one
            assert isinstance(times, CronDataIntervalTimetable), dag.dag_id


def test_every_dag_tells_the_operators_that_it_failed(dagbag: Any) -> None:
    from homeward_airflow.notifier import OperationsNotifier

    for dag in dagbag.dags.values():
        told = dag.on_failure_callback
        assert isinstance(told, OperationsNotifier), dag.dag_id
        page = (ROOT / told.runbook.path).read_text()
        assert f"`{dag.dag_id}`" in page, f"{told.runbook.path} doesn't know {dag.dag_id}"


def test_no_task_needs_a_connection(dagbag: Any) -> None:
    """AWS is reached with the identity of the worker, wherever it runs."""
    named = {
        name: getattr(task, name)
        for dag in dagbag.dags.values()
        for task in dag.tasks
        for name in vars(task)
        if name.endswith("conn_id")
    }
    assert named == {"aws_conn_id": None}


def test_every_parameter_explains_itself(dagbag: Any) -> None:
    for dag in dagbag.dags.values():
        for name in dag.params:
            schema = dag.params.get_param(name).schema
            assert schema["title"], name
            assert len(dag.params.get_param(name).description) > 20


def test_the_plugin_folder_gives_airflow_one_entry() -> None:
    """Airflow imports every module of the folder that isn't ignored, in every process."""
    ignored = (PLUGINS / ".airflowignore").read_text().split()
    loose = [path.name for path in PLUGINS.iterdir() if path.suffix == ".py"]
    packages = [path.name for path in PLUGINS.iterdir() if (path / "__init__.py").exists()]
    assert loose == ["homeward_plugin.py"]
    assert {f"{package}/" for package in packages} <= set(ignored)


def test_airflow_loads_the_plugin_and_nothing_beside_it() -> None:
    from airflow import plugins_manager

    plugins, errors = plugins_manager._get_plugins()
    assert errors == {}
    assert "homeward" in {plugin.name for plugin in plugins}
    assert "sync" not in sys.modules, "a module of homeward_airflow was imported under its bare name"
