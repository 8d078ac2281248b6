"""Airflow reads its settings when it is imported: isolate it before any test module does."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from homeward import bootstrap
from homeward.settings import Settings
from tests.dags.identity import Identities, guarded
from tests.dags.places import DAGS, PLUGINS
from tests.fakes import FakeStaff

_HOME = tempfile.TemporaryDirectory(prefix="homeward-airflow-tests-")

for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
    del os.environ[name]
# Not UNIT_TEST_MODE: it gives bare cron strings an interval, which production doesn't.
os.environ.update(
    AIRFLOW_HOME=_HOME.name,
    AIRFLOW__CORE__DAGS_FOLDER=str(DAGS),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(PLUGINS),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__CORE__FERNET_KEY="",
    AIRFLOW__API_AUTH__JWT_SECRET="x" * 64,
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{_HOME.name}/airflow.db",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
    AWS_DEFAULT_REGION="us-east-1",
)


@pytest.fixture(scope="session", autouse=True)
def airflow_home() -> Iterator[None]:
    yield
    _HOME.cleanup()


@pytest.fixture(autouse=True)
def staff(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FakeStaff:
    """Those who answer runs' questions and start them by hand; where identities count, the real table has them."""
    found = FakeStaff()
    if "identities" not in request.fixturenames:
        monkeypatch.setattr(bootstrap, "staff", lambda: found)
    return found


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    """A deployed stack whose cloud looks at every right."""
    with guarded(tmp_path_factory.mktemp("guarded")) as found:
        yield found


@pytest.fixture(scope="module")
def settings(identities: Identities) -> Settings:
    """The names of what is deployed."""
    return identities.settings


@pytest.fixture(scope="session")
def dagbag() -> Any:
    """Every DAG file, parsed without touching a metadata database."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(DAGS))


@pytest.fixture(scope="session")
def execution_api() -> Iterator[None]:
    """Whatever tasks ask of Airflow, of one server in this process: `DAG.test` would make one for each task."""
    from airflow.sdk.execution_time import supervisor

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(supervisor, "in_process_api_server", cache(supervisor.in_process_api_server))
        yield


@pytest.fixture(scope="session")
def airflow_database(dagbag: Any, execution_api: None) -> None:
    """A metadata database with every DAG in it."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import sync_bag_to_db
    from airflow.utils import db

    db.initdb()
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(dagbag, "dags-folder", None)
