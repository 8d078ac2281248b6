"""Which state folders `status` and `down` look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from homeward import cli
from homeward.local import demo
from homeward.local.home import Home


def test_only_states_of_demos_count(tmp_path: Path) -> None:
    for name in ("demo", "own-1", "cloud", "logs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock").touch()
    assert [home.root.name for home in demo.homes_below(Home(tmp_path))] == ["demo", "own-1"]


def test_changed_pictures_get_a_state_of_their_own(tmp_path: Path) -> None:
    people = tmp_path / "people"
    (people / "alex").mkdir(parents=True)
    (people / "alex" / "1.jpg").write_bytes(b"1")
    options = demo.DemoOptions(Home(tmp_path), people=people, frames=people)
    before = demo.demo_home(options).root
    (people / "alex" / "2.jpg").write_bytes(b"2")
    assert before != demo.demo_home(options).root != demo.demo_home(demo.DemoOptions(Home(tmp_path))).root


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["status"], 3, "nothing runs"),
        (["down"], 0, "nothing runs"),
        (["demo", "--people", "."], 2, "give both --people and --frames"),
        (["--help"], 0, "homeward demo"),
    ],
)
def test_command_line(
    arguments: list[str], code: int, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_HOME", str(tmp_path / "state"))
    result = CliRunner().invoke(cli.app, arguments)
    assert (result.exit_code, text in result.output) == (code, True), result.output
