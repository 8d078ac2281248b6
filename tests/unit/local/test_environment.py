from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from homeward.local.airflow import airflow_environment, airflow_parts
from homeward.local.credentials import AirflowSecrets, load_passwords
from homeward.local.environment import Endpoints, part_environment
from homeward.local.home import Home
from homeward.local.ports import Ports
from homeward.local.postgres import Postgres
from homeward.local.postgres_place import Place

PLACE = Place(Path("/state/postgres"), Path("/state/postgres/socket"), Path("/pg"), None)


@pytest.fixture
def airflow() -> dict[str, str]:
    return airflow_environment(
        home=Path("/state/airflow"),
        repository=Path("/checkout"),
        port=12345,
        postgres=Postgres(PLACE),
        secrets=AirflowSecrets("fernet", "secret", "jwt"),
    )


def test_airflow_serves_and_is_reached_on_this_machine_only(airflow: dict[str, str]) -> None:
    assert airflow["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert airflow["AIRFLOW__API__PORT"] == "12345"
    assert airflow["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:12345"
    assert airflow["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:12345/execution/"


def test_airflow_uses_the_checkout_and_keeps_its_state_in_its_home(airflow: dict[str, str]) -> None:
    assert airflow["AIRFLOW_HOME"] == "/state/airflow"
    assert airflow["AIRFLOW__CORE__DAGS_FOLDER"] == "/checkout/dags"
    assert airflow["AIRFLOW__CORE__PLUGINS_FOLDER"] == "/checkout/plugins"
    assert airflow["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"].startswith("/state/airflow/")


def test_airflow_reaches_postgres_by_its_socket_from_sync_and_async_code(airflow: dict[str, str]) -> None:
    tail = "://postgres@/postgres?host=/state/postgres/socket"
    assert airflow["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == f"postgresql+psycopg2{tail}"
    assert airflow["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"] == f"postgresql+asyncpg{tail}"


def test_airflow_sends_no_usage_data_and_is_not_in_test_mode(airflow: dict[str, str]) -> None:
    assert airflow["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    # Test mode changes what a cron schedule means.
    assert not any("UNIT_TEST_MODE" in name for name in airflow)


def test_connection_names_no_endpoint(airflow: dict[str, str]) -> None:
    # It would win over AWS_ENDPOINT_URL_REKOGNITION.
    assert "endpoint" not in airflow["AIRFLOW_CONN_AWS_DEFAULT"]


def test_tasks_can_not_run_before_the_stack_is_deployed(airflow: dict[str, str]) -> None:
    parts = airflow_parts(airflow, Path("/checkout"), 12345, Postgres(PLACE), start_after=("deploy",))
    waiting = {part.name for part in parts if "deploy" in part.after}
    assert waiting == {"airflow-scheduler", "airflow-triggerer"}


def test_log_servers_are_off() -> None:
    parts = {part.name: part.command for part in airflow_parts({}, Path("/checkout"), 1, Postgres(PLACE))}
    assert parts["airflow-scheduler"][-1] == parts["airflow-triggerer"][-1] == "-s"


def test_nothing_of_the_users_own_cloud_or_airflow_gets_in() -> None:
    inherited = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere.example",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
        "PGHOST": "elsewhere.example",
    }
    home = Home(Path("/state"))
    environment = part_environment(Endpoints.of(Ports()), home, inherited)
    assert environment["PATH"] == "/bin"
    assert not set(inherited) - {"PATH"} & set(environment)
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:14566"
    assert environment["AWS_ENDPOINT_URL_REKOGNITION"] == "http://127.0.0.1:14577"
    assert environment["HOMEWARD_NAMUS_URL"] == "http://127.0.0.1:14588"
    assert environment["AWS_ACCESS_KEY_ID"] == "test"
    assert not Path(environment["AWS_SHARED_CREDENTIALS_FILE"]).exists()


def test_a_proxy_never_sees_this_machines_requests() -> None:
    inherited = {"HTTP_PROXY": "http://proxy.example:3128", "NO_PROXY": "intranet.example"}
    environment = part_environment(Endpoints.of(Ports()), Home(Path("/state")), inherited)
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,127.0.0.1,localhost"


def test_secrets_are_made_once_strong_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = AirflowSecrets.load(path)
    assert AirflowSecrets.load(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made.jwt_secret.encode()) >= 64
    assert len(base64.urlsafe_b64decode(made.fernet_key)) == 32
    assert AirflowSecrets.make() != made


def test_passwords_are_made_once_private_and_differ(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    made = load_passwords(path)
    assert load_passwords(path) == made
    assert set(made) == {"admin", "analyst", "viewer"}
    assert len(set(made.values())) == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
