"""`homeward bias`: what it says before it sends anything, and what it leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from homeward import bootstrap, cli
from homeward.domain.errors import InputError


@pytest.fixture
def people(tmp_path: Path) -> Path:
    for name in ("ana/1.jpg", "ana/2.jpg", "ben/1.png"):
        file = tmp_path / "people" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    return tmp_path / "people"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was to be measured; nothing is."""
    asked: list[tuple[Any, ...]] = []

    def report_people(show: Callable[[str, int, int], None]) -> Callable[..., tuple[str, str]]:
        def measure(*what: Any) -> tuple[str, str]:
            asked.append(what)
            show("index photos", 1, 1)
            return "{}", "<p>page</p>"

        return measure

    monkeypatch.setattr(bootstrap, "report_people", report_people, raising=False)
    return asked


def bias(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["bias", "--aws", *map(str, arguments)])


def problem(*arguments: object) -> str:
    done = bias(*arguments)
    assert isinstance(done.exception, InputError), done.output
    return str(done.exception)


def put(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_dry_run_only_tells_the_cost(people: Path, tmp_path: Path, measured: list[Any]) -> None:
    (tmp_path / "others").mkdir()
    put(tmp_path / "others/x.jpg", "x")
    out = tmp_path / "out"
    done = bias("--people", people, "--non-mated", tmp_path / "others", "--out", out, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "2 people, 3 photos, 1 pictures of people who are not enrolled" in done.output
    assert "at most 7 calls, 0.01 USD" in done.output
    assert not out.exists()
    assert measured == []


def test_the_report_is_written(people: Path, tmp_path: Path, measured: list[Any]) -> None:
    csv = put(tmp_path / "people.csv", "person,sex\nana,Female\n")
    done = bias("--people", people, "--attributes", csv, "--out", tmp_path / "a/b")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "a/b/report.json").read_text() == "{}"
    assert (tmp_path / "a/b/report.html").read_text() == "<p>page</p>"
    ((enrolled, strangers, policy),) = measured
    assert [(one.name, one.attributes.group.sex) for one in enrolled] == [("ana", "Female"), ("ben", None)]
    assert strangers == []
    assert "strictest" in policy


def test_names_that_fit_nobody(people: Path, tmp_path: Path, measured: list[Any]) -> None:
    csv = put(tmp_path / "people.csv", "person,sex\nana,Female\nkim,Male\n")
    assert "'kim'" in problem("--people", people, "--attributes", csv)
    assert "ana is enrolled and not enrolled" in problem("--people", people, "--non-mated", people)
    assert measured == []


def test_a_folder_that_cannot_hold_the_report_is_found_before_anything_is_paid(
    people: Path, tmp_path: Path, measured: list[Any]
) -> None:
    file = put(tmp_path / "file", "")
    assert "can't be made" in problem("--people", people, "--out", file)
    assert measured == []


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_policy_that_is_none(people: Path, tmp_path: Path, measured: list[Any], text: str) -> None:
    file = put(tmp_path / "policy.json", text)
    assert "policy.json" in problem("--people", people, "--policy", file, "--out", tmp_path / "out")
    assert measured == []


def test_an_interrupted_measurement_ends_quietly(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def report_people(show: object) -> Callable[..., Any]:
        def measure(*what: object) -> Any:
            raise KeyboardInterrupt

        return measure

    monkeypatch.setattr(bootstrap, "report_people", report_people, raising=False)
    done = bias("--people", people, "--out", tmp_path / "out")
    assert done.exit_code == 130
    assert "stopped" in done.output
    assert list((tmp_path / "out").iterdir()) == []


def test_the_shipped_policy_is_json() -> None:
    from homeward.deployment import SHIPPED_POLICY

    assert json.loads(SHIPPED_POLICY.read_text())["version"]
