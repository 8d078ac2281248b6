"""What several tests of infrastructure compare with."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeward.local.airflow import airflow_environment
from homeward.local.credentials import AirflowSecrets
from homeward.local.home import Home
from homeward.local.ports import Ports
from homeward.local.postgres import Postgres
from homeward.local.postgres_place import Place


@pytest.fixture
def laptop() -> dict[str, str]:
    """The environment of Airflow on a laptop, were state and checkout where the image has them."""
    return airflow_environment(
        home=Home(Path("/var/lib/homeward")).airflow,
        repository=Path("/opt/homeward"),
        port=Ports().airflow,
        postgres=Postgres(Place(base=Path("/b"), sockets=Path("/s"), install=Path("/i"), user=None)),
        secrets=AirflowSecrets("f", "a", "j"),
    )
