"""`homeward audit verify`, `prove` and `check-proof` on a folder; and the verifier alone, without the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from homeward import cli
from homeward.domain import audit_format as form
from homeward.verifier.signatures import pem
from tests.memory.sealing import World
from tests.unit.verifier.worlds import sealed_world


@pytest.fixture(scope="module")
def world() -> World:
    return sealed_world(seed=21, hours=8)


@pytest.fixture
def place(world: World, tmp_path: Path) -> Path:
    for name, body in world.log.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(body)
    (tmp_path / "key.pem").write_text(pem(world.key.der))
    return tmp_path


def audit(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["audit", "--aws", *map(str, words)])


def with_key(place: Path) -> tuple[str | Path, ...]:
    return "--folder", place, "--public-key", place / "key.pem"


def test_a_whole_log(world: World, place: Path) -> None:
    done = audit("verify", *with_key(place))
    assert done.exit_code == 0, done.output
    hours, last = world.log.sealed(), world.log.last()
    events = sum(map(len, world.hours.stored.values()))
    told = done.stdout.splitlines()
    assert told[-1] == f"whole: {len(hours)} hours ({hours[0]} to {last}), {events} events"
    assert f"note: nothing is known about hours after {last}; --to says up to which they must be there" in told
    assert f"note: signed with the key whose SHA-256 is {world.key.key().sha256}" in told
    assert any(line.startswith("note: 1 late events of ") for line in told)


def test_a_line_per_problem_and_exit_code_1(world: World, place: Path) -> None:
    last = str(world.log.last())
    (place / form.digest_name(last)).write_bytes(b"{}")
    done = audit("verify", *with_key(place), "--to", form.next_hour(last))
    assert done.exit_code == 1
    told = [line for line in done.stdout.splitlines() if not line.startswith("note: ")]
    assert (
        told[0] == f"unreadable: {last} {form.digest_name(last)}: is no digest: damaged, truncated, or something else"
    )
    after = form.next_hour(last)
    assert told[1] == f"missing: {after} {form.digest_name(after)}: there is no digest of this hour"
    assert told[2].startswith("NOT WHOLE: 2 problems; ")
    assert len(told) == 3


def test_a_stretch(world: World, place: Path) -> None:
    hours = world.log.sealed()
    (place / form.digest_name(hours[0])).unlink()
    done = audit("verify", *with_key(place), "--from", hours[2], "--to", hours[4])
    assert done.exit_code == 0, done.output
    assert f"whole: 3 hours ({hours[2]} to {hours[4]})" in done.stdout


@pytest.mark.parametrize("hour", ["2026-11-22", "2026-11-22T24", "2026-11-22T5", "yesterday"])
def test_no_hour(place: Path, hour: str) -> None:
    done = audit("verify", *with_key(place), "--from", hour)
    assert done.exit_code != 0
    assert "is no hour" in str(done.exception)


def test_a_folder_wants_a_key(place: Path) -> None:
    assert "--public-key" in str(audit("verify", "--folder", place).exception)
    done = audit("verify", "--folder", place, "--public-key", place / "none.pem")
    assert "can't be read" in str(done.exception)


def test_prove_and_check(world: World, place: Path) -> None:
    event = next(iter(world.hours.stored[str(world.log.begun())]))
    proof = place / "proof.json"
    proof.write_text(audit("prove", event, *with_key(place)).stdout)
    done = audit("check-proof", proof, "--public-key", place / "key.pem")
    assert done.exit_code == 0, done.output
    assert event in done.stdout
    changed = json.loads(proof.read_text())
    changed["event"]["outcome"] = "NONE"
    proof.write_text(json.dumps(changed))
    done = audit("check-proof", proof, "--public-key", place / "key.pem")
    assert done.exit_code == 1
    assert "the event isn't this line of the sealed hour" in done.stdout
    proof.write_text("nothing")
    assert "isn't JSON" in str(audit("check-proof", proof, "--public-key", place / "key.pem").exception)


ALONE = """
import runpy, sys
sys.argv = ["verifier", *sys.argv[1:]]
try:
    runpy.run_module("homeward.verifier", run_name="__main__")
finally:
    rest = ("adapters", "bootstrap", "steps", "domain.sealing", "domain.merkle")
    others = ("boto", "airflow", "typer", "rich", *(f"homeward.{name}" for name in rest))
    print([name for name in sys.modules if name.startswith(others)])
"""


def alone(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ALONE, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_verifier_alone_needs_none_of_the_rest(world: World, place: Path) -> None:
    done = alone(place, "--public-key", place / "key.pem")
    assert done.returncode == 0, done
    assert done.stdout.splitlines()[-2].startswith("whole: ")
    assert done.stdout.splitlines()[-1] == "[]", "nothing of AWS, and nothing of what seals"
    last = str(world.log.last())
    (place / form.events_name(last)).unlink()
    done = alone(place, "--public-key", place / "key.pem", "--to", last)
    assert done.returncode == 1
    assert done.stdout.startswith(f"missing: {last} {form.events_name(last)}: is gone")
    done = alone(place / "audit", "--public-key", place / "key.pem")
    assert done.returncode == 2
    assert "copy the whole bucket" in done.stderr
