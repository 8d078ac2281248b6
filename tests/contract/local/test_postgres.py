"""The real PostgreSQL, as whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from homeward.local.errors import NotInstalledError, StateFolderError
from homeward.local.postgres import Postgres
from homeward.local.postgres_place import MAX_SOCKET_PATH, installation, locate, private_folder
from homeward.local.processes import Supervisor
from tests.contract.local.conftest import wait_for

pytestmark = pytest.mark.usefixtures("nothing_left")
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


class Server:
    """PostgreSQL under a supervisor of its own."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(locate(folder))
        logs = folder.parent / "logs"
        logs.mkdir(exist_ok=True)
        self.supervisor = Supervisor(f"pg-{os.getpid()}", self.postgres.parts(), logs, lambda _: None)

    def __enter__(self) -> Server:
        self.supervisor.start()
        self.supervisor.wait_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        with closing(self.postgres.connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture
def folder(state: Path) -> Path:
    state.mkdir(mode=0o711)
    return state / "postgres"


@pytest.fixture
def places() -> Iterator[list[Path]]:
    """Folders outside of the state that a test must remove."""
    made: list[Path] = []
    yield made
    for place in made:
        shutil.rmtree(place)


def modes(path: Path) -> dict[Path, int]:
    return {parent: parent.stat().st_mode for parent in path.parents}


def test_data_survives_a_kill_and_no_folder_is_opened(folder: Path) -> None:
    before = modes(folder), modes(installation())
    with Server(folder) as server:
        server.execute("CREATE TABLE found (name text); INSERT INTO found VALUES ('kept')")
        pid = server.supervisor.parts["postgres"].pid
        postmaster = psutil.Process(pid)
        for process in (postmaster, *postmaster.children()):
            process.kill()
        wait_for(lambda: server.supervisor.parts["postgres"].pid not in (pid, None))
        server.supervisor.wait_ready()
        assert server.execute("SELECT name FROM found") == [("kept",)]
    with Server(folder) as server:
        assert "postgres-init" not in server.supervisor.parts
        assert server.execute("SELECT name FROM found") == [("kept",)]
    assert (modes(folder), modes(installation())) == before
    assert stat.S_IMODE(server.postgres.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.postgres.place.sockets.stat().st_mode) == 0o700


def test_it_listens_on_no_network_address_and_not_as_root(folder: Path) -> None:
    with Server(folder) as server:
        postmaster = psutil.Process(server.supervisor.parts["postgres"].pid)
        assert postmaster.net_connections(kind="inet") == []
        assert postmaster.uids().effective != 0


def test_lock_files_of_a_killed_server_do_not_stop_the_next_even_when_its_pid_lives_again(folder: Path) -> None:
    with Server(folder) as server:
        data, sockets = server.postgres.data, server.postgres.place.sockets
        kept = (data / "postmaster.pid").read_text().splitlines()
    uid, gid = server.postgres.place.user or (None, None)
    stranger = subprocess.Popen(["sleep", "60"], user=uid, group=gid, extra_groups=None if uid is None else [])
    try:
        for lock in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            lock.write_text("\n".join([str(stranger.pid), *kept[1:]]) + "\n")
        with Server(folder) as server:
            assert server.execute("SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_interrupted_making_of_the_cluster_starts_over(folder: Path) -> None:
    postgres = Postgres(locate(folder))
    postgres.unfinished.mkdir()
    (postgres.unfinished / "PG_VERSION").write_text("18\n")
    with Server(folder) as server:
        assert server.execute("SELECT 1") == [(1,)]


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder: Path, places: list[Path]) -> None:
    long = folder.parent / ("x" * 60) / ("y" * 60)
    long.mkdir(parents=True, mode=0o711)
    with Server(long / "postgres") as server:
        sockets = server.postgres.place.sockets
        places.append(sockets)
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= MAX_SOCKET_PATH
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert server.execute("SELECT 1") == [(1,)]
    assert locate(long / "postgres").sockets == sockets


@ROOT_ONLY
def test_root_in_a_closed_folder_and_with_closed_programs(
    tmp_path: Path, places: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = installation().parent
    shutil.copytree(package, closed / package.name, copy_function=os.link)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, closed / libraries.name, copy_function=os.link)
    monkeypatch.syspath_prepend(closed)
    assert installation().is_relative_to(closed)
    before = modes(closed / "postgres")
    with Server(closed / "postgres") as server:
        places.append(server.postgres.place.base)
        assert server.postgres.place.install.is_relative_to(server.postgres.place.base)
        assert not server.postgres.place.base.is_relative_to(closed)
        assert server.execute("SELECT 1") == [(1,)]
    assert modes(closed / "postgres") == before
    with Server(closed / "postgres") as again:
        assert again.postgres.place == server.postgres.place


@ROOT_ONLY
def test_what_lies_outside_is_removed_once_its_state_folder_is_gone(tmp_path: Path, places: list[Path]) -> None:
    first = locate(tmp_path / "postgres").base
    (first / "data").mkdir()
    kept = locate(tmp_path / "postgres").base
    assert kept == first
    (tmp_path / "postgres.data-place").unlink()
    second = locate(tmp_path / "postgres").base
    places.append(second)
    assert second != first
    assert not first.exists()


def test_missing_package_tells_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(NotInstalledError, match="make install"):
        installation()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o755)
    with pytest.raises(StateFolderError, match="remove it"):
        private_folder(open_folder, (os.geteuid(), os.getegid()))
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(StateFolderError, match="remove it"):
        private_folder(link, (os.geteuid(), os.getegid()))


def test_connecting_while_it_is_down_is_an_error_of_the_driver(folder: Path) -> None:
    with pytest.raises(psycopg2.OperationalError):
        Postgres(locate(folder)).connect()
