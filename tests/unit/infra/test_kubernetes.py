"""The Helm chart's values agree with the laptop and the containers; each difference has its reason."""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeward.local.ports import Ports

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "infra" / "kubernetes"
TEXT = (FOLDER / "values.yaml").read_text()
SITE = (FOLDER / "site.yaml.example").read_text()
VALUES: dict[str, Any] = yaml.safe_load(TEXT)
ACCOUNTS: list[dict[str, Any]] = list(yaml.safe_load_all((FOLDER / "service-accounts.yaml").read_text()))
GUIDE = (ROOT / "docs" / "kubernetes.md").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

# Options that aren't what `homeward up` has.
OTHERWISE = {
    "AIRFLOW__CORE__PARALLELISM": "the slots of all workers",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "the service of the API server, not this machine",
    "AIRFLOW__API__HOST": "other pods and the probes come from elsewhere",
}
# Options that `homeward up` hasn't.
MORE = {
    "AIRFLOW__CORE__AUTH_MANAGER": "Airflow's default; the chart has another, which the image lacks",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "as in docker-compose.yml",
    "AIRFLOW__LOGGING__REMOTE_LOGGING": "a log would end with its pod",
    "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID": "a log would end with its pod",
    "AIRFLOW__LOGGING__DELETE_LOCAL_LOGS": "a log would end with its pod",
}
# Options that aren't in airflow.cfg: the chart sets them from a Secret or another value, or the ConfigMap has them.
ELSEWHERE = {
    "AIRFLOW_HOME": "airflowHome",
    "AIRFLOW__CORE__EXECUTOR": "executor",
    "AIRFLOW__CORE__FERNET_KEY": "fernetKeySecretName",
    "AIRFLOW__API__SECRET_KEY": "apiSecretKeySecretName",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwtSecretName",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "data.metadataSecretName",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": "secret",
    "AIRFLOW_CONN_AWS_DEFAULT": "extraEnvFrom",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "extraEnvFrom",
}
# Keys of the chart that we use, by hand from its values.yaml and release notes (docs/kubernetes.md): a key that isn't
# the chart's is refused by its schema, or worse, does nothing. What is below these belongs to Kubernetes or Airflow.
CHART_KEYS = {
    *("fullnameOverride", "useStandardNaming", "airflowVersion", "airflowHome", "executor", "config", "env", "secret"),
    *("extraEnvFrom", "postgresql.enabled", "rbac.create", "allowPodLaunching", "createUserJob.enabled"),
    *("images.airflow.repository", "images.airflow.tag", "statsd.enabled", "logs.emptyDirConfig"),
    "ports.apiServer",
    *("data.metadataSecretName", "data.resultBackendSecretName", "data.brokerUrlSecretName"),
    *("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName", "redis.passwordSecretName"),
    *("securityContexts.pod", "securityContexts.containers"),
    *("redis.securityContexts.pod", "redis.securityContexts.container"),
    *(f"{name}.serviceAccount.automountServiceAccountToken" for name in ("scheduler", "redis", "migrateDatabaseJob")),
    *(
        f"{name}.serviceAccount.{key}"
        for name in ("apiServer", "dagProcessor", "triggerer", "workers.celery")
        for key in ("create", "name")
    ),
    *(
        f"{name}.resources"
        for name in (
            *("apiServer", "scheduler", "dagProcessor", "triggerer"),
            *("workers.celery", "redis", "migrateDatabaseJob"),
        )
    ),
    *("apiServer.startupProbe.failureThreshold", "scheduler.startupProbe.failureThreshold"),
    "scheduler.startupProbe.timeoutSeconds",
    *(
        f"{name}.{key}"
        for name in ("scheduler", "dagProcessor", "triggerer", "workers.celery")
        for key in ("livenessProbe.timeoutSeconds", "logGroomerSidecar.enabled")
    ),
    *("triggerer.persistence.size", "workers.celery.persistence.enabled", "workers.celery.persistence.size"),
    *("workers.celery.replicas", "workers.celery.queue", "workers.celery.sets"),
    # site.yaml.example
    *("apiServer.args", "apiServer.env", "ingress.apiServer.enabled", "ingress.apiServer.ingressClassName"),
    "ingress.apiServer.hosts",
}
# Whose values aren't the chart's keys.
OPEN = {"config", "logs.emptyDirConfig"} | {
    key for key in CHART_KEYS if key.rpartition(".")[2] in ("resources", "pod", "containers", "container")
}
# Each Secret, and the keys that the chart asks of it.
SECRETS = {
    "airflow-keys": {"fernet-key", "api-secret-key", "jwt-secret"},
    "airflow-metadata": {"connection", "asynchronous"},
    "airflow-result-backend": {"connection"},
    "airflow-broker": {"connection"},
    "airflow-redis": {"password"},
}
MEDIUM = ("scheduler", "dagProcessor", "triggerer", "migrateDatabaseJob")


def leaves(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The dotted keys that are the chart's."""
    for name, value in values.items():
        key = f"{above}{name}"
        if isinstance(value, dict) and key not in OPEN:
            yield from leaves(value, f"{key}.")
        else:
            yield key


def at(key: str, values: Mapping[str, Any] = VALUES) -> Any:
    found: Any = values
    for name in key.split("."):
        found = found[name]
    return found


def options(values: Mapping[str, Any]) -> dict[str, str]:
    """The options of airflow.cfg, by the names that the environment has for them."""
    return {
        f"AIRFLOW__{section}__{name}".upper(): value
        for section, pairs in values["config"].items()
        for name, value in pairs.items()
    }


def staff() -> dict[str, Any]:
    """The part of the site's values that is for staff, without its marks of comment."""
    _, _, part = SITE.partition("Never open the ingress without one.\n")
    lines = [line[1:] for line in part.splitlines() if not re.match(r"# \S", line)]
    return dict(yaml.safe_load("config:\n" + "\n".join(lines)))


class TestChart:
    @pytest.mark.parametrize("values", [VALUES, yaml.safe_load(SITE), staff()])
    def test_every_key_is_one_of_the_chart(self, values: dict[str, Any]) -> None:
        assert set(leaves(values)) - CHART_KEYS == set()

    def test_no_key_is_listed_in_vain(self) -> None:
        used = {*leaves(VALUES), *leaves(yaml.safe_load(SITE)), *leaves(staff())}
        assert CHART_KEYS - used == set()

    def test_guide_installs_the_version_that_the_values_are_for(self) -> None:
        (version,) = re.findall(r"Helm chart, version ([\d.]+)", TEXT)
        assert set(re.findall(r"--version (\S+)", GUIDE)) == {version}

    def test_version(self) -> None:
        (version,) = re.findall(r"(?m)^apache-airflow==(\S+)", (ROOT / "requirements.lock").read_text())
        assert VALUES["airflowVersion"] == VALUES["images"]["airflow"]["tag"] == version
        image = f"{VALUES['images']['airflow']['repository']}:{version}"
        assert {service["image"] for name, service in COMPOSE["services"].items() if name == "airflow-worker"} == {
            image
        }


class TestOptions:
    def test_are_those_of_the_laptop(self, laptop: dict[str, str]) -> None:
        here = options(VALUES)
        same = {name: value for name, value in laptop.items() if name not in OTHERWISE.keys() | ELSEWHERE.keys()}
        assert {name: here.get(name) for name in same} == same
        assert here.keys() == (laptop.keys() | MORE.keys()) - ELSEWHERE.keys()

    def test_every_difference_is_one(self, laptop: dict[str, str]) -> None:
        here = options(VALUES)
        assert [name for name in OTHERWISE if here[name] == laptop[name]] == []
        assert [name for name in MORE if name in laptop] == []

    def test_what_stands_elsewhere(self, laptop: dict[str, str]) -> None:
        assert ELSEWHERE.keys() <= laptop.keys()
        assert [key for key in ELSEWHERE.values() if not at(key)] == []
        assert VALUES["airflowHome"] == laptop["AIRFLOW_HOME"]
        assert VALUES["executor"] == COMPOSE["x-airflow-environment"]["AIRFLOW__CORE__EXECUTOR"]

    def test_settings_are_those_of_the_containers(self) -> None:
        (source,) = yaml.safe_load(VALUES["extraEnvFrom"])
        name = source["configMapRef"]["name"]
        assert f"create configmap {name} --from-env-file=docker/aws.env" in GUIDE
        lines = [line for line in (ROOT / "docker" / "aws.env.example").read_text().splitlines() if line[:1] != "#"]
        # kubectl takes quotes for a part of the value.
        assert [line for line in lines if re.search(r"['\"]", line)] == []
        assert {line.partition("=")[0] for line in lines} >= {k for k, v in ELSEWHERE.items() if v == "extraEnvFrom"}

    def test_the_image_has_the_auth_manager(self) -> None:
        module, _, name = VALUES["config"]["core"]["auth_manager"].rpartition(".")
        assert isinstance(getattr(importlib.import_module(module), name), type)

    def test_the_api_server_is_where_the_others_look_for_it(self) -> None:
        service = f"{VALUES['fullnameOverride']}-api-server"
        address = f"http://{service}:{Ports().airflow}/execution/"
        assert VALUES["config"]["core"]["execution_api_server_url"] == address
        assert VALUES["config"]["api"]["port"] == str(VALUES["ports"]["apiServer"]) == str(Ports().airflow)


class TestWorkers:
    def test_one_asks_the_sources(self) -> None:
        (environment,) = VALUES["env"]
        assert environment["name"] == "HOMEWARD_SOURCES_QUEUE"
        celery = VALUES["workers"]["celery"]
        assert celery["sets"] == [{"name": "sources", "queue": environment["value"], "replicas": 1}]
        assert environment["value"] not in celery["queue"].split(",")
        # A StatefulSet: a pod has ended before its successor begins.
        assert celery["persistence"]["enabled"] is True

    def test_parallelism_is_their_slots(self) -> None:
        celery, config = VALUES["workers"]["celery"], VALUES["config"]
        slots = int(config["celery"]["worker_concurrency"])
        assert slots == int(COMPOSE["x-airflow-environment"]["AIRFLOW__CELERY__WORKER_CONCURRENCY"])
        replicas = celery["replicas"] + sum(each["replicas"] for each in celery["sets"])
        assert int(config["core"]["parallelism"]) == slots * replicas


class TestSecrets:
    def test_each_is_a_reference(self) -> None:
        names = {value for key in leaves(VALUES) if key.endswith("SecretName") for value in [at(key)]}
        assert names | {each["secretName"] for each in VALUES["secret"]} == SECRETS.keys()
        assert all(each["secretKey"] in SECRETS[each["secretName"]] for each in VALUES["secret"])

    def test_guide_makes_each_with_the_chart_s_keys(self) -> None:
        made = re.findall(r"create secret generic (\S+)((?: \\\n\s+--from-literal=\S+?=\"[^\n]*?\")+)", GUIDE)
        assert {name: set(re.findall(r"--from-literal=([^=]+)=", keys)) for name, keys in made} == SECRETS

    @pytest.mark.parametrize("text", [TEXT, SITE])
    def test_none_stands_there(self, text: str) -> None:
        assert re.findall(r"(?i)(?:password|secret_key|fernetkey|jwtsecret|pass|(?<!account)token): *\S+", text) == []
        assert re.findall(r"\w+://[^\s/]*:[^\s/]*@", text) == []

    def test_git_and_the_image_leave_the_site_out(self) -> None:
        for name in (".gitignore", ".dockerignore"):
            assert "infra/kubernetes/site.yaml" in (ROOT / name).read_text().splitlines()

    def test_nobody_has_the_chart_s_password(self) -> None:
        assert VALUES["createUserJob"]["enabled"] is False
        assert VALUES["postgresql"]["enabled"] is False


class TestStaff:
    def test_no_way_in_with_the_manager_for_trying(self) -> None:
        assert "ingress" not in VALUES
        assert "ingress" not in yaml.safe_load(SITE)

    def test_way_in_comes_with_an_auth_manager_and_tls(self) -> None:
        site = staff()
        assert site["config"]["core"]["auth_manager"] != VALUES["config"]["core"]["auth_manager"]
        (host,) = site["ingress"]["apiServer"]["hosts"]
        assert host["tls"]["enabled"] is True
        assert site["config"]["api"]["base_url"] == f"https://{host['name']}"
        assert "--proxy-headers" in site["apiServer"]["args"][-1]


class TestPods:
    def test_identities(self) -> None:
        names = [account["metadata"]["name"] for account in ACCOUNTS]
        components = ("apiServer", "dagProcessor", "triggerer", "workers.celery")
        used = [at(f"{component}.serviceAccount") for component in components]
        assert used == [{"create": False, "name": name} for name in names]
        assert [account["automountServiceAccountToken"] for account in ACCOUNTS] == [False] * len(names)
        assert [name for name in names if f"`{name}`" not in GUIDE] == []

    def test_nothing_talks_to_kubernetes(self) -> None:
        assert VALUES["rbac"] == {"create": False}
        assert VALUES["allowPodLaunching"] is False
        for name in ("scheduler", "redis", "migrateDatabaseJob"):
            assert VALUES[name]["serviceAccount"]["automountServiceAccountToken"] is False

    def test_user_is_that_of_the_image(self) -> None:
        (user, group) = re.findall(r"(?m)^USER (\d+):(\d+)", DOCKERFILE)[-1]
        pod = VALUES["securityContexts"]["pod"]
        assert (pod["runAsUser"], pod["runAsGroup"], pod["fsGroup"]) == (int(user), int(group), int(group))

    @pytest.mark.parametrize("where", [VALUES, VALUES["redis"]])
    def test_rights(self, where: dict[str, Any]) -> None:
        contexts = where["securityContexts"]
        assert contexts["pod"]["runAsNonRoot"] is True
        assert contexts["pod"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = (value for name, value in contexts.items() if name != "pod")
        assert container == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}

    def test_limits_are_those_of_the_containers(self) -> None:
        sizes = {
            "apiServer": "large",
            "workers.celery": "large",
            "redis": "small",
            **dict.fromkeys(MEDIUM, "medium"),
        }
        for name, size in sizes.items():
            limits = COMPOSE["x-limits"][size]["resources"]["limits"]
            wanted = {"cpu": limits["cpus"], "memory": limits["memory"]}
            assert at(f"{name}.resources.limits") == wanted, name

    def test_guide_says_what_all_need(self) -> None:
        celery = VALUES["workers"]["celery"]
        pods = {**dict.fromkeys(("apiServer", "redis", *MEDIUM[:3]), 1), "workers.celery": celery["replicas"] + 1}
        units = {"m": 1e-3, "M": 1e-3, "G": 1.0}

        def all_of(kind: str, what: str) -> float:
            each = {name: str(at(f"{name}.resources.{kind}.{what}")) for name in pods}
            return sum(float(text.rstrip("mMG")) * units.get(text[-1], 1) * pods[name] for name, text in each.items())

        limits, requests = ((all_of(kind, "cpu"), all_of(kind, "memory")) for kind in ("limits", "requests"))
        told = f"{limits[0]:g} processors and {limits[1]:.1f} GB of memory; the requests are"
        assert f"{told} {requests[0]:g} and {requests[1]:.1f} GB" in GUIDE

    def test_probes_find_the_entrypoint_of_the_official_image(self, tmp_path: Path) -> None:
        (target,) = re.findall(r"(?m)^RUN ln -s (\S+) /entrypoint$", DOCKERFILE)
        entrypoint = tmp_path / "entrypoint"
        entrypoint.symlink_to(target)
        script = f"PROBE=x exec {entrypoint} python -c 'import os; print(os.environ[\"PROBE\"])'"
        run = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        assert run.stdout == "x\n"

    def test_nothing_runs_the_official_image_s_script_of_logs(self) -> None:
        for name in ("scheduler", "dagProcessor", "triggerer", "workers.celery"):
            assert at(f"{name}.logGroomerSidecar.enabled") is False
