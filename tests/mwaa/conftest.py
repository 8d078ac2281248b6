"""Airflow as Amazon MWAA has it: its auth manager, too. Collected only where that is installed: `make test-mwaa`."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Iterator

import pytest

from tests.dags.places import DAGS, PLUGINS

FAB = "airflow.providers.fab"
collect_ignore_glob = [] if importlib.util.find_spec("flask_appbuilder") else ["test_*.py"]

if not collect_ignore_glob:
    _HOME = tempfile.TemporaryDirectory(prefix="homeward-mwaa-tests-")
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        del os.environ[name]
    os.environ.update(
        AIRFLOW_HOME=_HOME.name,
        AIRFLOW__CORE__AUTH_MANAGER=f"{FAB}.auth_manager.fab_auth_manager.FabAuthManager",
        AIRFLOW__CORE__DAGS_FOLDER=str(DAGS),
        AIRFLOW__CORE__PLUGINS_FOLDER=str(PLUGINS),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__API__SECRET_KEY="x" * 64,
        AIRFLOW__API_AUTH__JWT_SECRET="x" * 64,
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{_HOME.name}/airflow.db",
        AIRFLOW__DATABASE__EXTERNAL_DB_MANAGERS=f"{FAB}.auth_manager.models.db.FABDBManager",
        AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
        AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
    )


@pytest.fixture(scope="session", autouse=True)
def airflow_home() -> Iterator[None]:
    yield
    _HOME.cleanup()
