"""The command line: interruptions, and complaints in one line."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.serving import ROOT

from .test_population import contents, times

SIZES = ["--people", "2", "--others", "1", "--photos", "2", "--frames", "3"]


def start(out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "standins.people", "--out", str(out), *more]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_portraits(out: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(list((out / "portraits").glob("0*.jpg"))) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_killed_run_goes_on_and_ends_in_the_same_population(population: Path, tmp_path: Path) -> None:
    process = start(tmp_path, *SIZES)
    wait_for_portraits(tmp_path, 3)
    process.kill()
    process.communicate(timeout=30)
    assert not (tmp_path / "people").exists()
    before = times(tmp_path / "portraits")
    again = start(tmp_path, *SIZES)
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert contents(tmp_path) == contents(population)
    after = times(tmp_path / "portraits")
    assert {name: after[name] for name in before} == before
    assert "taking camera pictures" in errors


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_so(how: signal.Signals, tmp_path: Path) -> None:
    process = start(tmp_path, *SIZES)
    wait_for_portraits(tmp_path, 1)
    process.send_signal(how)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.splitlines()[-1].startswith("standins.people: stopped")
    assert "Traceback" not in errors


def complaint(process: subprocess.Popen[str]) -> str:
    """The one line that a refused command says."""
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert output == ""
    assert len(errors.splitlines()) == 1, errors
    return errors


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    assert "name another --out" in complaint(start(tmp_path))


def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another run" in complaint(start(tmp_path))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot write" in complaint(start(tmp_path / "file" / "below"))


def test_too_many_people_for_the_seeds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from standins.people import identities
    from standins.people.portraits import Portraits

    monkeypatch.setattr(identities, "TRIES_PER_PERSON", 0)
    with pytest.raises(identities.TooFewPeopleError, match="fewer than 2"):
        identities.choose_people(Portraits(tmp_path), 2, 0, lambda: None)
