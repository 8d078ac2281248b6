"""Packaging: the same input gives the same bytes, and only what functions need is in them."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from homeward.domain.errors import DeployError
from homeward.packaging import (
    COMMON,
    FOR_FUNCTIONS,
    IMAGING,
    NOT_FOR_FUNCTIONS,
    ROOT,
    SERVICES,
    Artifact,
    Layer,
    archive,
    build,
    install,
)


def names(body: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as zipped:
        return zipped.namelist()


def test_two_checkouts_give_identical_bytes(
    artifacts: dict[str, Artifact], new_checkout: Callable[[], Path], checkout: Path
) -> None:
    other = new_checkout()
    assert not (other / "build").exists(), "the second build must install and compile by itself"
    assert {artifact.parameter: artifact for artifact in build(other)} == artifacts
    assert other != checkout


def test_archive_depends_on_names_and_contents_only(tmp_path: Path) -> None:
    for folder, moment, mode in (("a", 1_000_000_000, 0o600), ("b", 1_700_000_000, 0o755)):
        (tmp_path / folder).mkdir()
        for name in ("x.py", "y.py"):
            file = tmp_path / folder / name
            file.write_text(name)
            file.chmod(mode)
            os.utime(file, (moment, moment))
    forth = archive({"x.py": tmp_path / "a/x.py", "y.py": tmp_path / "a/y.py"})
    back = archive({"y.py": tmp_path / "b/y.py", "x.py": tmp_path / "b/x.py"})
    assert forth == back
    assert archive({"x.py": tmp_path / "a/y.py", "y.py": tmp_path / "a/x.py"}) != forth


@contextmanager
def changed(file: Path, text: str) -> Iterator[None]:
    """The file with other text, for a while."""
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    try:
        yield
    finally:
        file.unlink() if before is None else file.write_bytes(before)


@pytest.mark.parametrize(
    ("file", "parameter"),
    [
        ("lambdas/mark_sent/handler.py", "HandlersKey"),
        ("src/homeward/steps/mark_sent.py", "LayerKey"),
        ("src/homeward/steps/new_step.py", "LayerKey"),
        ("statemachines/detection/detection.asl.json", "DetectionKey"),
        ("statemachines/frame/frame.asl.json", "FrameKey"),
        ("lambdas/mark_sent/event.json", None),
        ("src/homeward/cli.py", None),
    ],
)
def test_a_change_changes_its_own_key_only(
    file: str, parameter: str | None, artifacts: dict[str, Artifact], checkout: Path
) -> None:
    with changed(checkout / file, "{}"):
        keys = {artifact.parameter: artifact.key for artifact in build(checkout)}
    differing = {name for name in keys if keys[name] != artifacts[name].key}
    assert differing == ({parameter} if parameter else set())


def test_template_takes_every_artifact(artifacts: dict[str, Artifact], checkout: Path) -> None:
    template = (checkout / "infra" / "template.yaml").read_text()
    parameters = re.findall(r"^  (\w+Key):\n    Type: String$", template, re.MULTILINE)
    assert sorted(parameters) == sorted(artifacts)


def test_handlers_hold_the_handlers_and_nothing_else(artifacts: dict[str, Artifact], checkout: Path) -> None:
    expected = sorted(f"{path.parent.name}/handler.py" for path in (checkout / "lambdas").glob("*/handler.py"))
    assert names(artifacts["HandlersKey"].body) == expected
    assert len(expected) >= 10


def test_layer_leaves_out_what_functions_do_not_need(artifacts: dict[str, Artifact]) -> None:
    found = names(artifacts["LayerKey"].body)
    assert found == sorted(found)
    own = [name.removeprefix("python/homeward/") for name in found if name.startswith("python/homeward/")]
    assert "bootstrap/__init__.py" in own
    assert "steps/assess_candidates.py" in own
    assert {name.split("/")[0] for name in own} == set(FOR_FUNCTIONS)
    assert not [path for path in own if path.startswith(NOT_FOR_FUNCTIONS)]
    assert [name for name in own if not name.endswith(".py")] == []
    services = {name.split("/")[3] for name in found if re.match(r"python/botocore/data/\w+/.", name)}
    assert services == SERVICES
    assert len(artifacts["LayerKey"].body) < 6_000_000


def test_the_imaging_layer_holds_one_package_and_half_of_that(artifacts: dict[str, Artifact]) -> None:
    found = names(artifacts["ImagingLayerKey"].body)
    assert {name.split("/")[1].split("-")[0] for name in found} == {"PIL", "pillow.libs", "pillow"}
    assert not [name for name in found if "avif" in name.lower() and name.endswith(".so")]
    assert len(artifacts["ImagingLayerKey"].body) < 10_000_000


@pytest.mark.parametrize("packages", [COMMON, IMAGING], ids=["common", "imaging"])
def test_wheels_of_one_layer_agree_where_they_overlap(packages: Layer, tmp_path: Path) -> None:
    """Each architecture's file must have a name of its own: what is unpacked last would hide the other."""
    seen: dict[str, bytes] = {}
    for number, wheels in enumerate(packages.wheels):
        folder = tmp_path / str(number)
        folder.mkdir()
        install(ROOT / packages.lock, wheels, folder)
        for path in folder.rglob("*"):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and ".dist-info/" not in name:
                assert seen.setdefault(name, path.read_bytes()) == path.read_bytes(), name
    assert seen


def test_everything_left_out_exists() -> None:
    """A name that no longer exists would leave nothing out, silently."""
    assert [name for name in NOT_FOR_FUNCTIONS if not (ROOT / "src" / "homeward" / name).exists()] == []


def test_a_package_that_is_not_the_locked_one_is_refused(new_checkout: Callable[[], Path]) -> None:
    other = new_checkout()
    lock = other / "lambdas" / "requirements.lock"
    lock.write_text(re.sub(r"sha256:\w{8}", "sha256:00000000", lock.read_text()))
    with pytest.raises(DeployError, match="can't install a layer's packages"):
        build(other)
    assert list((other / "build").iterdir()) == [], "a broken build must not be taken for a finished one"


def test_says_what_is_missing(tmp_path: Path, new_checkout: Callable[[], Path]) -> None:
    with pytest.raises(DeployError, match=r"no infra/template\.yaml"):
        build(tmp_path)
    other = new_checkout()
    (other / "lambdas" / "requirements.lock").unlink()
    with pytest.raises(DeployError, match=r"requirements\.lock is missing"):
        build(other)


def test_refuses_a_definition_that_is_not_json(checkout: Path) -> None:
    definition = checkout / "statemachines" / "detection" / "detection.asl.json"
    with changed(definition, '{"States": }'), pytest.raises(DeployError, match=r"detection\.asl\.json is not JSON"):
        build(checkout)
