"""The import law: who may import whom, without exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AWS_AND_HTTP = {"boto3", "botocore", "aiobotocore", "requests", "urllib3", "httpx", "aiohttp"}
# For each room: the modules of ours that it may import (by prefix), besides its own.
LAW = {
    "src/homeward/domain": {"homeward", "homeward.domain"},
    "src/homeward/steps": {"homeward.domain", "homeward.steps"},
    "src/homeward/adapters": {"homeward.domain", "homeward.adapters"},
    "src/homeward/settings.py": {"homeward.domain"},
    "src/homeward/bootstrap": {
        "homeward.bootstrap",
        "homeward.domain",
        "homeward.steps",
        "homeward.adapters",
        "homeward.settings",
    },
    "src/homeward/packaging.py": {"homeward.domain"},
    "src/homeward/deployment.py": {"homeward.domain", "homeward.adapters", "homeward.settings", "homeward.packaging"},
    # Whoever verifies the audit log need not trust what seals it: they share the form of the files, and no code.
    "src/homeward/verifier": {"homeward.domain.audit_format", "homeward.domain.errors", "homeward.verifier"},
    "src/homeward/local": {
        "homeward",
        "homeward.domain",
        "homeward.local",
        "homeward.bootstrap",
        "homeward.deployment",
        "homeward.settings",
    },
    "lambdas": {"homeward.bootstrap"},
    # Like the command line, the desk is a user of the verifier, which is wired to nothing.
    "plugins": {"homeward", "homeward.bootstrap", "homeward.domain", "homeward.verifier", "homeward_airflow"},
    "dags": {"homeward_airflow"},
    "edge": {"homeward_camera"},
    "standins": {"standins"},
}
OURS = (
    "homeward",
    "homeward_airflow",
    "dags",
    "lambdas",
    "edge",
    "homeward_camera",
    "standins",
    "tools",
    "benchmarks",
    "tests",
)
# Packages that only some rooms may import.
ONLY = {
    "airflow": ("dags", "plugins"),
    "aws_lambda_powertools": ("lambdas",),
    "PIL": ("src/homeward/adapters/imaging.py",),
    **dict.fromkeys(AWS_AND_HTTP, ("src/homeward/adapters", "edge", "standins", "benchmarks", "tests")),
    # Its models say what AWS has.
    "botocore": ("src/homeward/adapters", "edge", "standins", "benchmarks", "tests", "tools"),
}


def files(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every import; `from a import b` counts as a.b when a is a package of ours."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "homeward":
                yield from ((node.lineno, f"homeward.{name.name}") for name in node.names)
            else:
                yield node.lineno, node.module


def within(name: str, prefixes: set[str]) -> bool:
    # `homeward` alone (the version) is no room: it must be named exactly.
    return any(name == p or (p != "homeward" and name.startswith(f"{p}.")) for p in prefixes) or (
        name == "homeward.__version__" and "homeward" in prefixes
    )


@pytest.mark.parametrize("room", sorted(LAW))
def test_room_imports_only_what_the_law_allows(room: str) -> None:
    assert files(room), f"{room} is empty"
    offences = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files(room)
        for line, name in imports(file)
        if name.split(".")[0] in OURS and not within(name, LAW[room])
    ]
    assert offences == []


@pytest.mark.parametrize("package", sorted(ONLY))
def test_package_stays_in_its_rooms(package: str) -> None:
    rooms = ("src", "lambdas", "dags", "plugins", "edge", "standins", "tools", "benchmarks")
    offences = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for room in rooms
        for file in files(room)
        for line, name in imports(file)
        if name.split(".")[0] == package and not str(file.relative_to(ROOT)).startswith(ONLY[package])
    ]
    assert offences == []


def test_steps_and_domain_use_only_the_standard_library() -> None:
    """But for what no function uses: that may calculate with NumPy, and write canonical JSON."""
    import sys

    from homeward.packaging import NOT_FOR_FUNCTIONS

    core = ROOT / "src" / "homeward"
    standard = {*sys.stdlib_module_names, "homeward"}
    more = {"numpy", "scipy", "matplotlib", "rfc8785"}
    offences = []
    for file in files("src/homeward/domain") + files("src/homeward/steps"):
        elsewhere = file.relative_to(core).as_posix().startswith(NOT_FOR_FUNCTIONS)
        allowed = standard | more if elsewhere else standard
        offences += [
            f"{file.relative_to(ROOT)}:{line} imports {name}"
            for line, name in imports(file)
            if name.split(".")[0] not in allowed
        ]
    assert offences == []


def test_functions_need_nothing_that_their_layer_lacks() -> None:
    from homeward.packaging import FOR_FUNCTIONS, NOT_FOR_FUNCTIONS

    core = ROOT / "src" / "homeward"
    lacking = {f"homeward.{name.removesuffix('/').removesuffix('.py').replace('/', '.')}" for name in NOT_FOR_FUNCTIONS}
    offences = []
    for file in (file for part in FOR_FUNCTIONS for file in files(f"src/homeward/{part}")):
        # bootstrap imports inside its functions, and Lambda functions don't call those that wire Airflow's tasks.
        name = file.relative_to(core).as_posix()
        if not name.startswith((*NOT_FOR_FUNCTIONS, "bootstrap/")):
            offences += [f"{name}:{line} imports {what}" for line, what in imports(file) if within(what, lacking)]
    assert offences == []


def test_one_stem_per_concept() -> None:
    """Every function has a step and a factory of its own name, and stays a thin handler."""
    import homeward.bootstrap

    for folder in sorted((ROOT / "lambdas").glob("*/")):
        if not (folder / "handler.py").exists():
            continue
        stem = folder.name
        assert (ROOT / f"src/homeward/steps/{stem}.py").exists(), f"no step for lambdas/{stem}"
        assert hasattr(homeward.bootstrap, stem), f"bootstrap has no {stem}()"
        assert (folder / "event.json").exists(), f"lambdas/{stem} has no event.json"
        assert len((folder / "handler.py").read_text().splitlines()) <= 60
