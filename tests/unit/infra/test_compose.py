"""The containers agree with the laptop: the same options, ports and commands, and each difference has its reason."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
import yaml

from homeward.local.composition import CLOUD, FBI, NAMUS, REKOGNITION, LocalOptions, compose
from homeward.local.environment import UNHURRIED, Endpoints, aws_environment
from homeward.local.home import Home
from homeward.local.ports import HOST, Ports

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STATE, CHECKOUT = Path("/var/lib/homeward"), Path("/opt/homeward")
STAND_INS = (CLOUD, REKOGNITION, NAMUS, FBI)
AIRFLOW = {name for name in SERVICES if name.startswith("airflow-")}
ONE_SHOT = {"airflow-init", "deploy"}
# It sleeps, and owns the network namespace of the others.
HOLDER = "network"

# Options that aren't what `homeward up` has.
OTHERWISE = {
    "AIRFLOW__CORE__EXECUTOR": "tasks run in containers of their own",
    "AIRFLOW__API__HOST": "Docker forwards to the container's own address, not to 127.0.0.1",
    "AIRFLOW__CORE__FERNET_KEY": "secret",
    "AIRFLOW__API__SECRET_KEY": "secret",
    "AIRFLOW__API_AUTH__JWT_SECRET": "secret",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "over TCP with a password; on a laptop a socket",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": "over TCP with a password; on a laptop a socket",
}
# Options that `homeward up` hasn't.
MORE = {
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY",
}
# Options that depend on the profile; both files must say them.
BY_PROFILE = {"AIRFLOW_CONN_AWS_DEFAULT", "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"}


def env_file(name: str) -> dict[str, str]:
    lines = (line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#"))
    return {key: value.strip("'") for key, _, value in (line.partition("=") for line in lines)}


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([^\s=]+)==(\S+)", (ROOT / lock).read_text()))


def test_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    run = subprocess.run([*command, ROOT / "docker-compose.yml"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


class TestAirflow:
    def test_options_are_those_of_the_laptop(self, laptop: dict[str, str]) -> None:
        here = COMPOSE["x-airflow-environment"]
        same = {name: value for name, value in laptop.items() if name not in OTHERWISE.keys() | BY_PROFILE}
        assert {name: here.get(name) for name in same} == same
        assert set(here) == (laptop.keys() | MORE) - BY_PROFILE

    def test_every_difference_is_one(self, laptop: dict[str, str]) -> None:
        here = COMPOSE["x-airflow-environment"]
        assert [name for name in OTHERWISE if here[name] == laptop[name]] == []

    @pytest.mark.parametrize("name", sorted(AIRFLOW))
    def test_all_have_the_same_options(self, name: str) -> None:
        service = SERVICES[name]
        assert service["environment"] == COMPOSE["x-airflow-environment"]
        assert service["env_file"] == ["docker/${COMPOSE_PROFILES:-aws}.env"]

    def test_options_by_profile(self, laptop: dict[str, str]) -> None:
        local, aws = env_file("docker/local.env"), env_file("docker/aws.env.example")
        assert {name: local.get(name) for name in BY_PROFILE} == {name: laptop[name] for name in BY_PROFILE}
        assert aws.keys() >= BY_PROFILE
        assert aws["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "True"

    def test_version(self) -> None:
        version = pinned("requirements.lock")["apache-airflow"]
        images = {service["image"] for service in SERVICES.values() if service["image"].startswith("homeward")}
        assert images == {f"homeward-airflow:{version}"}

    def test_lock_adds_only(self) -> None:
        assert "celery" in pinned("docker/requirements.lock")
        assert pinned("docker/requirements.lock").keys() & pinned("requirements.lock").keys() == set()


class TestStandIns:
    def test_environment_is_that_of_the_laptop(self) -> None:
        expected = {**aws_environment(Endpoints.of(Ports()), Home(STATE)), **UNHURRIED}
        local = env_file("docker/local.env")
        assert {name: value for name, value in local.items() if name not in BY_PROFILE} == expected
        assert [SERVICES[name]["env_file"] for name in (*STAND_INS, "deploy")] == [["docker/local.env"]] * 5

    def test_aws_has_no_endpoint_and_no_key(self) -> None:
        forbidden = re.compile(r"ENDPOINT|ACCESS_KEY|SECRET|TOKEN|127\.0\.0\.1")
        lines = [f"{name}={value}" for name, value in env_file("docker/aws.env.example").items()]
        assert [line for line in lines if forbidden.search(line)] == []

    def test_commands_are_those_of_the_laptop(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        home.prepare(needed=0)
        parts = {part.name: part for part in compose(LocalOptions(home=home), Endpoints.of(Ports()))}
        for name in (*STAND_INS, *(AIRFLOW - {"airflow-init", "airflow-worker"})):
            expected = ["python", *(word.replace(str(tmp_path), str(STATE)) for word in parts[name].command[1:])]
            assert SERVICES[name]["command"] == expected, name

    def test_only_in_the_profile(self) -> None:
        assert {name for name, service in SERVICES.items() if service.get("profiles")} == {*STAND_INS, "deploy"}
        assert all(SERVICES[name]["profiles"] == ["local"] for name in (*STAND_INS, "deploy"))

    def test_nothing_else_needs_them(self) -> None:
        needed = {
            (name, other)
            for name in SERVICES.keys() - {*STAND_INS, "deploy"}
            for other, how in SERVICES[name].get("depends_on", {}).items()
            if other in (*STAND_INS, "deploy") and how.get("required", True)
        }
        assert needed == set()


class TestServices:
    def test_one_namespace(self) -> None:
        modes = {name: service.get("network_mode") for name, service in SERVICES.items()}
        assert modes == {name: None if name == HOLDER else f"service:{HOLDER}" for name in SERVICES}

    def test_published(self) -> None:
        ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
        assert ports == {HOLDER: [f"{HOST}:{Ports().airflow}:{Ports().airflow}"]}

    def test_database_and_queue_listen_on_loopback(self) -> None:
        assert f"listen_addresses={HOST}" in SERVICES["postgres"]["command"]
        assert SERVICES["redis"]["command"][1:3] == ["--bind", HOST]
        # The image trusts 127.0.0.1 without this.
        assert SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"] == "--auth-host=scram-sha-256"

    @pytest.mark.parametrize("name", sorted(SERVICES))
    def test_bounds(self, name: str) -> None:
        service = SERVICES[name]
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
        assert service["init"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["cap_drop"] == ["ALL"]
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}
        assert not {"privileged", "cap_add", "pid", "ipc"} & service.keys()

    @pytest.mark.parametrize("name", sorted(SERVICES))
    def test_health_or_one_shot(self, name: str) -> None:
        service = SERVICES[name]
        assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
        assert ("healthcheck" in service) == (name not in ONE_SHOT | {HOLDER})

    def test_who_is_waited_for_can_be(self) -> None:
        wrong = [
            (name, other)
            for name, service in SERVICES.items()
            for other, how in service.get("depends_on", {}).items()
            if (how["condition"] == "service_completed_successfully") != (other in ONE_SHOT)
            or (how["condition"] == "service_healthy" and "healthcheck" not in SERVICES[other])
        ]
        assert wrong == []

    def test_images_are_pinned(self) -> None:
        images = {service["image"] for service in SERVICES.values()}
        assert [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?(-|$)", image)] == []

    def test_volumes_are_named(self) -> None:
        used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
        assert used == COMPOSE["volumes"].keys()

    def test_homewards_own_user_owns_its_volumes(self) -> None:
        own = [service for service in SERVICES.values() if service["image"].startswith("homeward")]
        folders = {volume.split(":")[1] for service in own for volume in service.get("volumes", [])}
        made = re.search(r"install -d -o homeward.*?\n\s+(.*)", DOCKERFILE)
        assert made
        assert folders <= set(made[1].split())


class TestSecrets:
    def test_no_default(self) -> None:
        allowed = ("${COMPOSE_PROFILES:-aws}",)
        uses = [use for use in re.findall(r"\$\{[^}]*\}", TEXT) if use not in allowed]
        assert uses
        assert [use for use in uses if not re.fullmatch(r"\$\{[A-Z0-9_]+:\?[^}]+\}", use)] == []

    def test_example_names_all_and_gives_none(self) -> None:
        example = env_file(".env.example")
        assert example.keys() == set(re.findall(r"\$\{([A-Z0-9_]+)", TEXT))
        assert {name: value for name, value in example.items() if value} == {"COMPOSE_PROFILES": "local"}

    def test_example_says_how_to_make_each(self) -> None:
        text = (ROOT / ".env.example").read_text()
        secrets = env_file(".env.example").keys() - {"COMPOSE_PROFILES"}
        told = {name for name in secrets if re.search(rf"(?m)^#.*Make it: openssl rand .*\n{name}=$", text)}
        assert told == secrets

    @pytest.mark.parametrize("name", [".env", "docker/aws.env"])
    def test_git_and_the_image_leave_them_out(self, name: str) -> None:
        assert name in (ROOT / ".gitignore").read_text().splitlines()
        left_out = (ROOT / ".dockerignore").read_text().splitlines()
        assert left_out[1] == "*"
        assert {name, f"**/{name}"} & set(left_out)


class TestImage:
    def test_base_is_pinned(self) -> None:
        assert re.findall(r"(?m)^FROM (.*)", DOCKERFILE) == ["python:3.11.14-slim-bookworm"]

    def test_runs_as_nobody_special(self) -> None:
        users = re.findall(r"(?m)^USER (\S+)", DOCKERFILE)
        assert users
        assert users[-1].split(":")[0] not in ("root", "0")

    def test_installs_by_hash(self) -> None:
        lines = re.findall(r"pip install .*", DOCKERFILE)
        assert all(
            ("--no-deps --require-hashes" in line) or line.endswith("--no-build-isolation -e .") for line in lines
        )
        installed = set(re.findall(r"-r (\S+)", "\n".join(lines)))
        assert installed == {"requirements.lock", "docker/requirements.lock", "standins/cloud/requirements.lock"}

    def test_copies_what_the_programs_read(self) -> None:
        let_in = re.findall(r"(?m)^!(\S+)", (ROOT / ".dockerignore").read_text())
        assert [name for name in let_in if not (ROOT / name).exists()] == []
        assert {"dags", "docker", "infra", "lambdas", "plugins", "policy", "src", "standins", "statemachines"} <= {
            *let_in
        }

    def test_its_user_can_read_what_only_its_owner_could(self, tmp_path: Path) -> None:
        (command,) = re.findall(r"(?m)^RUN (find .*chmod.*)$", DOCKERFILE)
        for name in ("dags/one.py", ".venv/two.py"):
            file = tmp_path / name
            file.parent.mkdir(mode=0o700)
            file.touch(mode=0o600)
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
        modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("dags", "dags/one.py", ".venv/two.py")]
        assert modes == [0o755, 0o644, 0o600], "environments are left alone: a changed mode would copy each file"

    def test_deploy_finds_its_layers(self) -> None:
        assert f"install -d -o homeward -g homeward {CHECKOUT}/build\n" in DOCKERFILE
        _, _, as_user = DOCKERFILE.partition("\nUSER ")
        assert "packaging.build()" in as_user

    def test_where_things_are(self) -> None:
        assert f"WORKDIR {CHECKOUT}\n" in DOCKERFILE
        assert f"HOMEWARD_HOME={STATE}\n" in DOCKERFILE


class TestHealthCheck:
    @pytest.fixture
    def healthy(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location("healthy", ROOT / "docker" / "healthy.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @pytest.fixture
    def report(self) -> Iterator[str]:
        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"scheduler": {"status": "healthy"}, "triggerer": {"status": "unhealthy"}}')

            def log_message(self, *_: object) -> None:
                """Nothing."""

        with HTTPServer((HOST, 0), Answers) as server:
            thread = Thread(target=server.serve_forever)
            thread.start()
            yield f"http://{HOST}:{server.server_port}/"
            server.shutdown()
            thread.join()

    def test_asks_where_airflow_is(self, healthy: ModuleType) -> None:
        address = f"{Endpoints.of(Ports()).airflow}/api/v2/monitor/health"
        assert address == healthy.REPORT

    def test_component(self, healthy: ModuleType, report: str) -> None:
        verdicts = {name: healthy.reported(name, report) for name in ("api_server", "scheduler", "triggerer", "other")}
        assert verdicts == {"api_server": True, "scheduler": True, "triggerer": False, "other": False}

    def test_port(self, healthy: ModuleType, report: str) -> None:
        port = report.rstrip("/").rpartition(":")[2]
        assert healthy.main(["port", port]) == 0
        assert healthy.main(["port", "1"]) == 1
        assert healthy.reported("api_server", f"http://{HOST}:1/") is False

    @pytest.mark.parametrize("name", STAND_INS)
    def test_asks_the_right_port(self, name: str) -> None:
        assert SERVICES[name]["healthcheck"]["test"][-2:] == ["port", str(dict(Ports().items())[name])]
