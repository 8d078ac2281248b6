from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from homeward.local.errors import AlreadyRunningError, DiskFullError, StateFolderError
from homeward.local.home import Home, HomeLock, holder, is_held, read_json, write_json

HOLD = """
import sys, pathlib
from homeward.local.home import Home, HomeLock
lock = HomeLock(Home(pathlib.Path(sys.argv[1])))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "state")
    made.prepare(needed=0)
    return made


def test_environment_chooses_the_folder(tmp_path: Path) -> None:
    assert Home.default({"HOMEWARD_HOME": str(tmp_path)}).root == tmp_path
    assert Home.default({}).root == Path(__file__).resolve().parents[3] / ".homeward"


def test_folders_are_for_this_user_only(home: Home) -> None:
    assert stat.S_IMODE(home.root.stat().st_mode) & 0o066 == 0
    for folder in (home.airflow, home.logs, home.cloud):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_too_little_disk_tells_what_is_there_and_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match=r"has \d+\.\d GB of free disk and needs 1000000000\.0 GB"):
        Home(tmp_path / "state").prepare(needed=10**18)


def test_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateFolderError, match="HOMEWARD_HOME"):
        Home(tmp_path / "file" / "state").prepare(needed=0)


def test_second_run_on_a_folder_is_told_of_the_first(home: Home) -> None:
    first = HomeLock(home)
    first.acquire()
    write_json(home.run_file, {"address": "http://127.0.0.1:18080"})
    with pytest.raises(AlreadyRunningError, match=rf"pid {os.getpid()} at http://127.0.0.1:18080"):
        HomeLock(home).acquire()
    assert is_held(home)
    first.release()
    assert not is_held(home)
    second = HomeLock(home)
    second.acquire(patience=0)
    second.release()


def test_a_killed_holder_holds_nothing(home: Home) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        owner = holder(home)
        assert owner is not None
        assert owner.pid == process.pid
        process.kill()
    assert holder(home) is None
    lock = HomeLock(home)
    lock.acquire(patience=5)
    lock.release()


def test_written_objects_are_private_and_replace_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json(path, {"a": 1})
    write_json(path, {"b": 2})
    assert read_json(path) == {"b": 2}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{", "[1]", "null"])
def test_a_broken_file_reads_as_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    assert read_json(path) == {}
