"""Airflow's environment and its components, as parts of the local system."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from homeward.local.credentials import USERS, AirflowSecrets
from homeward.local.environment import REGION
from homeward.local.health import get_json
from homeward.local.part import Child, Part
from homeward.local.ports import HOST, url
from homeward.local.postgres import Postgres

# The components whose health the API server reports, by the names it gives them.
REPORTED = {"scheduler": "scheduler", "dag-processor": "dag_processor", "triggerer": "triggerer"}
PASSWORDS = "passwords.json"
SECRETS = "secrets.json"


def airflow_environment(
    *, home: Path, repository: Path, port: int, postgres: Postgres, secrets: AirflowSecrets
) -> dict[str, str]:
    """Everything that differs from Airflow's defaults, as environment variables."""
    address = url(port)
    options: dict[str, dict[str, str | int | Path | bool]] = {
        "CORE": {
            "DAGS_FOLDER": repository / "dags",
            "PLUGINS_FOLDER": repository / "plugins",
            "LOAD_EXAMPLES": False,
            "EXECUTOR": "LocalExecutor",
            "PARALLELISM": 4,
            "DAGS_ARE_PAUSED_AT_CREATION": False,
            "FERNET_KEY": secrets.fernet_key,
            "SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in USERS.items()),
            "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": home / PASSWORDS,
            "EXECUTION_API_SERVER_URL": f"{address}/execution/",
        },
        "DATABASE": {
            "SQL_ALCHEMY_CONN": postgres.url("psycopg2"),
            "SQL_ALCHEMY_CONN_ASYNC": postgres.url("asyncpg"),
        },
        "API": {"HOST": HOST, "PORT": port, "BASE_URL": address, "WORKERS": 1, "SECRET_KEY": secrets.api_secret_key},
        "API_AUTH": {"JWT_SECRET": secrets.jwt_secret},
        # New DAG files are seen, and changed ones read again, within seconds; 30 s costs next to no idle CPU.
        "DAG_PROCESSOR": {"REFRESH_INTERVAL": 30, "MIN_FILE_PROCESS_INTERVAL": 30, "PRINT_STATS_INTERVAL": 300},
        "SCHEDULER": {"ENABLE_HEALTH_CHECK": False},
        # The end of a task's process may be noticed only at its next heartbeat. At the default of 5 s a short deferral
        # is over before that, and the scheduler then takes the resumed task for a failed one.
        "WORKERS": {"MIN_HEARTBEAT_INTERVAL": 1},
        "LOGGING": {"BASE_LOG_FOLDER": home / "logs", "COLORED_CONSOLE_LOG": False},
        "USAGE_DATA_COLLECTION": {"ENABLED": False},
    }
    # No endpoint in the connection: it would beat AWS_ENDPOINT_URL_REKOGNITION.
    connection = {"conn_type": "aws", "login": "test", "password": "test", "extra": {"region_name": REGION}}
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(connection),
        **{
            f"AIRFLOW__{section}__{name}": str(value)
            for section, values in options.items()
            for name, value in values.items()
        },
    }


def airflow_parts(
    environment: Mapping[str, str], folder: Path, port: int, postgres: Postgres, start_after: tuple[str, ...] = ()
) -> list[Part]:
    """The components; tasks can run (scheduler, triggerer) only after `start_after`."""
    part = partial(Part, environment=environment, folder=folder)
    migrate = part(
        name="airflow-migrate",
        command=(sys.executable, "-m", "homeward.local.migrate", str(postgres.place.sockets)),
        after=("postgres",),
        once=True,
        deadline=300,
    )
    return [
        migrate,
        part(
            name="airflow-api-server",
            command=_airflow("api-server"),
            after=(migrate.name,),
            ready=lambda _: bool(_health(port)),
            address=url(port),
        ),
        *(
            part(
                name=f"airflow-{component}",
                # -s: no log server; it would listen on every address, and the API server reads the same folder anyway
                command=_airflow(component, *(() if component == "dag-processor" else ("-s",))),
                after=(migrate.name, *(() if component == "dag-processor" else start_after)),
                ready=partial(_reported_healthy, port, component),
            )
            for component in REPORTED
        ),
    ]


def _airflow(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "airflow", *arguments)


def _health(port: int) -> dict[str, dict[str, str | None]]:
    return get_json(f"{url(port)}/api/v2/monitor/health")


def _reported_healthy(port: int, component: str, child: Child) -> bool:
    """Healthy, and by a heartbeat of this very process: an earlier one counts as healthy for 30 s after its end."""
    name = REPORTED[component]
    report = _health(port).get(name, {})
    heartbeat = report.get(f"latest_{name}_heartbeat")
    return (
        report.get("status") == "healthy"
        and heartbeat is not None
        and datetime.fromisoformat(heartbeat).timestamp() >= child.started
    )
