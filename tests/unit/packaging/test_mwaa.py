"""What goes into the bucket of an Amazon MWAA environment, and that it works where only that is."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

from homeward.adapters.sources.fbi import FbiSource
from homeward.adapters.sources.namus import NamusSource
from homeward.bootstrap import base
from homeward.domain.errors import DeployError, SourceError
from homeward.mwaa import SHIPPED_STARTUP, hashed, package
from homeward.packaging import ROOT

MWAA = ROOT / "infra" / "mwaa"
# What Airflow itself brings, and so MWAA's image has; test-mwaa runs with the versions of infra/mwaa/constraints.txt.
IN_IMAGE = {
    "boto3",
    "botocore",
    "cryptography",
    "fastapi",
    "itsdangerous",
    "jinja2",
    "markupsafe",
    "msgspec",
    "pydantic",
    "requests",
    "starlette",
    "urllib3",
}
# As Airflow begins: it puts the folder of plugins on the path, and nothing of this checkout is on it.
BEGIN = """
import importlib, json, pkgutil, sys
sys.path = [path for path in sys.path if not path.startswith(ROOT) or "site-packages" in path]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in type(finder).__module__]
import airflow.settings
airflow.settings.initialize()
from airflow import plugins_manager
from airflow.dag_processing.dagbag import DagBag
import homeward, homeward_airflow
bag = DagBag()
plugins, errors = plugins_manager._get_plugins()
modules = [
    importlib.import_module(found.name).__name__
    for package in (homeward, homeward_airflow)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if found.name != "homeward.verifier.__main__"
]
from homeward_airflow.desk import page
print(json.dumps({
    "dags": sorted(bag.dags), "dag errors": bag.import_errors, "plugin errors": errors,
    "plugins": [plugin.name for plugin in plugins], "from": [homeward.__file__, homeward_airflow.__file__],
    "modules": len(modules), "loose": sorted(
        name for name, module in sys.modules.items()
        if (getattr(module, "__file__", "") or "").startswith(airflow.settings.PLUGINS_FOLDER)
        and not name.startswith(("homeward.", "homeward_airflow."))
    ),
    "templates": page._environment.list_templates(), "elsewhere": [
        name for name, module in sys.modules.items() if (getattr(module, "__file__", "") or "").startswith(SOURCES)
    ],
}))
"""


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mwaa") / "out"
    package(out)
    return out


@pytest.fixture(scope="module")
def plugins(packaged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of plugins, as MWAA unpacks it."""
    folder = tmp_path_factory.mktemp("airflow") / "plugins"
    with zipfile.ZipFile(packaged / "plugins.zip") as archive:
        archive.extractall(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def pinned(name: str) -> dict[str, str]:
    """Package -> version, or "" without one."""
    lines = re.findall(r"(?m)^([A-Za-z0-9][^\s=]*)(?:==([^\s;\\]+))?", (MWAA / name).read_text())
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in lines}


def imported(file: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_two_clones_give_the_same_bytes(packaged: Path, tmp_path: Path) -> None:
    for room in ("src/homeward", "plugins", "infra/mwaa", "dags"):
        shutil.copytree(ROOT / room, tmp_path / "clone" / room, copy_function=shutil.copyfile)
    (tmp_path / "clone/plugins/homeward_airflow/__pycache__").mkdir(exist_ok=True)
    (tmp_path / "clone/plugins/homeward_airflow/__pycache__/sync.cpython-311.pyc").write_bytes(b"compiled here")
    package(tmp_path / "out", root=tmp_path / "clone")
    assert contents(tmp_path / "out") == contents(packaged)


def test_airflow_has_all_that_it_needs(packaged: Path, plugins: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))}
    environment |= {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__DAGS_FOLDER": str(packaged / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
    }
    sources = tuple(f"{ROOT / room}/" for room in ("src", "plugins", "edge", "tests", "standins"))
    script = f"ROOT, SOURCES = {str(ROOT)!r}, {sources!r}\n{BEGIN}"
    command = [sys.executable, "-I", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["dag errors"], found["plugin errors"]) == ({}, {})
    assert found["dags"] == sorted(path.stem for path in (ROOT / "dags").glob("*.py"))
    assert "homeward" in found["plugins"]
    assert {Path(file).parents[1] for file in found["from"]} == {plugins}
    assert found["elsewhere"] == []
    # By the folder and by its name; more than one entry would be the core, imported once more by bare names.
    assert {name.rpartition(".")[2] for name in found["loose"]} <= {
        "homeward",
        "homeward_airflow",
        "homeward_plugin",
    }, found["loose"]
    assert found["modules"] > 200
    assert "review.html" in found["templates"]


def test_nothing_that_is_left_out_is_imported(plugins: Path) -> None:
    """Inside functions neither."""
    for file in plugins.rglob("*.py"):
        for module in imported(file):
            if module.split(".")[0] in ("homeward", "homeward_airflow"):
                place = plugins / module.replace(".", "/")
                assert place.is_dir() or place.with_suffix(".py").is_file(), f"{file.name} imports {module}"


def test_other_packages_are_in_the_image_or_asked_for(plugins: Path) -> None:
    asked, constrained, tested = pinned("requirements.txt"), pinned("constraints.txt"), pinned("environment.lock")
    assert constrained.keys() >= IN_IMAGE
    distributions = packages_distributions()
    ours = {"homeward", "homeward_airflow", "airflow", *sys.stdlib_module_names}
    modules = {module.split(".")[0] for file in plugins.rglob("*.py") for module in imported(file)} - ours
    needed = {distributions[module][0].lower().replace("_", "-") for module in modules}
    assert needed - IN_IMAGE <= asked.keys()
    assert needed >= IN_IMAGE, "named, and not needed any more"
    for name, version in asked.items():  # MWAA installs with its constraints: a name without a version has theirs
        assert bool(version) != (name in constrained), name
        assert tested[name] == version or constrained[name]
    assert {name: version for name, version in tested.items() if name in constrained} == {
        name: version for name, version in constrained.items() if name in tested
    }


def test_wheels_are_pinned_by_hash_to_what_mwaa_has() -> None:
    """Which of them MWAA can use, and that they suffice, `make test-mwaa` tells: it takes 76 MB."""
    constrained, pins = pinned("constraints.txt"), hashed(ROOT)
    assert {pin.partition("==")[0] for pin in pins} == pinned("requirements.txt").keys()
    for pin, lines in pins.items():
        name, _, version = pin.partition("==")
        assert constrained.get(name, version) == version
        assert lines.startswith(f"{pin} \\\n    --hash=sha256:"), "for every platform, and with hashes"


class Reads(dict[str, str]):
    """An environment that notes what was looked for in it."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(key)
        return default


@pytest.fixture(scope="module")
def exported() -> dict[str, str]:
    """What the shipped script adds to an environment."""
    said = 'set -eu; . "$1"; exec env -0'
    command = ["bash", "-c", said, "-", str(SHIPPED_STARTUP)]
    done = subprocess.run(command, env={"PATH": os.environ["PATH"]}, check=True, capture_output=True, text=True)
    found = dict(one.split("=", 1) for one in done.stdout.split("\0") if one)
    return {name: value for name, value in found.items() if name not in ("PATH", "PWD", "SHLVL", "_")}


def test_the_script_exports_what_the_code_reads(exported: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Reads()
    NamusSource.from_environment(reads)
    FbiSource.from_environment(reads)
    assert exported.keys() <= {"HOMEWARD_STACK", *reads.names}
    assert {name for name in exported if name.endswith(("_AUTHORITY", "_CONTACT"))} == {
        name for name in reads.names if name.endswith(("_AUTHORITY", "_CONTACT"))
    }
    monkeypatch.setenv("HOMEWARD_STACK", "another")
    assert base.stack() == "another"


def test_as_it_ships_nobody_is_asked(exported: dict[str, str]) -> None:
    for source in (NamusSource, FbiSource):
        with pytest.raises(SourceError, match="permission"):
            source.from_environment(exported).client.site.check()


def test_no_secret_is_in_it(exported: dict[str, str], packaged: Path) -> None:
    assert not [name for name in exported if re.search("KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL", name)]
    assert not [name for name in exported if name.startswith(("AWS_", "AIRFLOW", "MWAA", "PYTHON"))]
    assert not re.search(rb"AKIA[0-9A-Z]{16}", b"".join(contents(packaged).values()))


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "somebody_s.py").write_text("")
    with pytest.raises(DeployError, match="something else"):
        package(tmp_path)
    assert contents(tmp_path) == {"dags/somebody_s.py": b""}


def test_a_dag_that_is_gone_goes_and_the_own_script_stays(tmp_path: Path) -> None:
    mine = tmp_path / "mine.sh"
    mine.write_text('export HOMEWARD_STACK="county"\n')
    out = tmp_path / "out"
    package(out, mine)
    (out / "dags" / "former.py").write_text("")
    assert [path.name for path in package(out, mine) if path.name == "former.py"] == []
    assert (out / "startup.sh").read_text() == mine.read_text()


@pytest.mark.parametrize("script", ['export A="1\n', "if true; then\n", None], ids=["quote", "if", "missing"])
def test_a_script_that_bash_cannot_read_is_refused(tmp_path: Path, script: str | None) -> None:
    if script is not None:
        (tmp_path / "mine.sh").write_text(script)
    with pytest.raises(DeployError, match=r"mine\.sh"):
        package(tmp_path / "out", tmp_path / "mine.sh")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="no checkout"):
        package(tmp_path / "out", root=tmp_path)


@pytest.mark.parametrize("operation", ["create-environment", "update-environment"])
def test_the_guide_s_commands_have_arguments_that_aws_knows(operation: str) -> None:
    shape = get_session().get_service_model("mwaa").operation_model(xform_to(operation)).input_shape
    known = {xform_name(member, "-") for member in shape.members}
    guide = (ROOT / "docs" / "mwaa.md").read_text()
    command = re.search(rf"aws mwaa {operation} (.*?)\n(?=[^ ])", guide, re.DOTALL)
    assert command
    given = set(re.findall(r"--([a-z0-9-]+)", command[1]))
    assert given <= known
    required = {xform_name(member, "-") for member in shape.required_members}
    assert required <= given
    for file in ("plugins", "requirements", "startup-script"):
        assert {f"{file}-s3-path", f"{file}-s3-object-version"} <= given


def xform_to(operation: str) -> str:
    """create-environment -> CreateEnvironment."""
    return operation.title().replace("-", "")
