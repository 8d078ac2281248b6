"""Of which parts the system is made: what the user may choose, and the programs that follow from it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from homeward.local.airflow import PASSWORDS, SECRETS, airflow_environment, airflow_parts
from homeward.local.credentials import AirflowSecrets, load_passwords
from homeward.local.environment import Endpoints, part_environment
from homeward.local.health import printed_ready
from homeward.local.home import Home, repository
from homeward.local.part import Part
from homeward.local.ports import Ports
from homeward.local.postgres import Postgres
from homeward.local.postgres_place import locate

DEPLOYED = "deploy"  # the gate that opens when the caller has deployed the stack
PEOPLE, CLOUD, REKOGNITION, NAMUS, FBI = "people", "cloud", "rekognition", "namus", "fbi"


@dataclass(frozen=True)
class LocalOptions:
    """What the user may choose.

    `deploy` is called with the clients' environment, in the caller's thread, once the stand-ins are ready; Airflow runs
    no task before it returns.
    `make_people`, when given, are the arguments of `standins.people`; the case server waits for it.
    `fresh` starts with an empty cloud and no face collection, whatever an earlier run left.
    """

    home: Home = field(default_factory=Home.default)
    ports: Ports = field(default_factory=Ports)
    repository: Path = field(default_factory=repository)
    namus_arguments: tuple[str, ...] = ("--cases", "50", "--seed", "1")
    fbi_arguments: tuple[str, ...] = ("--cases", "40", "--seed", "1")
    make_people: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False
    deploy: Callable[[Mapping[str, str]], None] | None = None


def compose(options: LocalOptions, endpoints: Endpoints) -> list[Part]:
    """All parts of the system; makes secrets and private folders on the way. Raises LocalError."""
    home, ports = options.home, options.ports
    environment = {**part_environment(endpoints, home), **options.environment}
    postgres = Postgres(locate(home.postgres))
    load_passwords(home.airflow / PASSWORDS)
    of_airflow = airflow_environment(
        home=home.airflow,
        repository=options.repository,
        port=ports.airflow,
        postgres=postgres,
        secrets=AirflowSecrets.load(home.airflow / SECRETS),
    )
    return [
        *postgres.parts(),
        *_standins(options, endpoints, environment),
        *airflow_parts(
            {**environment, **of_airflow, **options.environment},
            options.repository,
            ports.airflow,
            postgres,
            start_after=(DEPLOYED, CLOUD, REKOGNITION, NAMUS, FBI),
        ),
    ]


def _standins(options: LocalOptions, endpoints: Endpoints, environment: Mapping[str, str]) -> list[Part]:
    home, ports = options.home, options.ports

    def program(name: str, *arguments: object) -> Callable[..., Part]:
        command = (sys.executable, "-m", f"standins.{name}", *map(str, arguments))
        return partial(Part, name=name, command=command, environment=environment, folder=options.repository)

    cloud = program(CLOUD, "--port", ports.cloud, "--data", home.cloud, "--rekognition-url", endpoints.rekognition)
    rekognition = program(REKOGNITION, "--port", ports.rekognition, "--data", home.rekognition)
    namus = program(NAMUS, "--port", ports.namus, *options.namus_arguments)
    fbi = program(FBI, "--port", ports.fbi, *options.fbi_arguments)
    parts = [
        cloud(address=endpoints.cloud, ready=printed_ready),
        rekognition(address=endpoints.rekognition, ready=printed_ready),
        fbi(address=endpoints.fbi, ready=printed_ready),
    ]
    if options.make_people is None:
        return [*parts, namus(address=endpoints.namus, ready=printed_ready)]
    people = program(PEOPLE, *options.make_people)
    return [
        *parts,
        people(once=True, deadline=900),
        namus(address=endpoints.namus, ready=printed_ready, after=(PEOPLE,)),
    ]
