"""The environment that every part gets: the user's own, without anything that could reach the real AWS."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from homeward.local.home import Home
from homeward.local.ports import HOST, Ports, url

REGION = "us-east-1"
ACCOUNT = "111122223333"
# Our own servers of cases needn't be spared.
UNHURRIED = {"HOMEWARD_NAMUS_REQUESTS_PER_SECOND": "0", "HOMEWARD_FBI_REQUESTS_PER_SECOND": "0"}
# A user's own profile, role, proxy bundle or Airflow configuration must not leak into the local system.
FOREIGN = ("AWS_", "AIRFLOW_", "_AIRFLOW", "PG", "BOTO_")


@dataclass(frozen=True)
class Endpoints:
    """Where the local system serves."""

    cloud: str
    rekognition: str
    namus: str
    fbi: str
    airflow: str

    @classmethod
    def of(cls, ports: Ports) -> Endpoints:
        """The addresses of these ports."""
        return cls(**{name: url(port) for name, port in ports.items()})


def aws_environment(endpoints: Endpoints, home: Home) -> dict[str, str]:
    """How a client (boto3 of any part, or of the caller) reaches the local cloud; no file of the user is read."""
    nothing = str(home.root / "no-aws-configuration")
    return {
        "AWS_ENDPOINT_URL": endpoints.cloud,
        "AWS_ENDPOINT_URL_REKOGNITION": endpoints.rekognition,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOMEWARD_NAMUS_URL": endpoints.namus,
        "HOMEWARD_FBI_URL": endpoints.fbi,
        "HOMEWARD_HOME": str(home.root),
    }


def part_environment(endpoints: Endpoints, home: Home, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The inherited environment without the foreign names, and with the local cloud's."""
    kept = {name: value for name, value in inherited.items() if not name.startswith(FOREIGN)}
    unproxied = ",".join(filter(None, (kept.get("NO_PROXY") or kept.get("no_proxy"), HOST, "localhost")))
    return {
        **kept,
        **aws_environment(endpoints, home),
        "NO_PROXY": unproxied,
        "no_proxy": unproxied,
        "PYTHONUNBUFFERED": "1",
        # setproctitle would overwrite the run's marker, by which a lost process is found.
        "SPT_NOENV": "1",
    }
