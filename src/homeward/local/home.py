"""The state folder: where everything lies, who holds it, and whether there is room."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import homeward
from homeward.local.errors import AlreadyRunningError, DiskFullError, NotInstalledError, StateFolderError
from homeward.local.identity import Identity

NEEDED_BYTES = 2 * 10**9
# What a checkout holds and an installed package doesn't.
CHECKOUT = ("standins", "infra")


def repository() -> Path:
    """The checkout that this package runs from; raises NotInstalledError when there is none."""
    root = Path(homeward.__file__).resolve().parents[2]
    if not all((root / name).is_dir() for name in CHECKOUT):
        raise NotInstalledError(
            f"{root} is no checkout of Homeward: run `homeward` from the one that `make install` made"
        )
    return root


@dataclass(frozen=True)
class Home:
    """The paths below one state folder."""

    root: Path

    @classmethod
    def default(cls, environment: Mapping[str, str] = os.environ) -> Home:
        """HOMEWARD_HOME, else `.homeward` in the checkout."""
        chosen = environment.get("HOMEWARD_HOME")
        return cls(Path(chosen).expanduser().resolve() if chosen else repository() / ".homeward")

    @property
    def cloud(self) -> Path:
        """State of the local cloud."""
        return self.root / "cloud"

    @property
    def rekognition(self) -> Path:
        """Collections of the face service."""
        return self.root / "rekognition"

    @property
    def people(self) -> Path:
        """The people who don't exist."""
        return self.root / "people"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.root / "airflow"

    @property
    def postgres(self) -> Path:
        """Airflow's metadata database (see `postgres_place.py`)."""
        return self.root / "postgres"

    @property
    def logs(self) -> Path:
        """One log per part."""
        return self.root / "logs"

    @property
    def run_file(self) -> Path:
        """What runs now."""
        return self.root / "run.json"

    @property
    def lock_file(self) -> Path:
        """Held by whoever runs the system on this folder."""
        return self.root / "lock"

    def forget_cloud(self) -> None:
        """Remove everything that the local cloud and the face service know; the caller holds the lock."""
        for folder in (self.cloud, self.rekognition):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)

    def prepare(self, needed: int = NEEDED_BYTES) -> None:
        """Make the folders and check for free disk: StateFolderError, DiskFullError."""
        try:
            # Passable, because PostgreSQL may run as another user; everything in it is closed.
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            for folder in (self.cloud, self.rekognition, self.people, self.airflow, self.logs):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StateFolderError(
                f"can't make the state folder {self.root} ({error.strerror}): choose another with HOMEWARD_HOME"
            ) from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise StateFolderError(f"{self.root} belongs to another user: choose another folder with HOMEWARD_HOME")
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise DiskFullError(
                f"{self.root} has {free / 1e9:.1f} GB of free disk and needs {needed / 1e9:.1f} GB: "
                "free some, or choose another folder with HOMEWARD_HOME"
            )


class HomeLock:
    """The exclusive right to run on a state folder.

    The lock is the kernel's (flock): it ends with the last process that holds its descriptor, however that ends. The
    watchdog inherits the descriptor, so a free lock also means that nothing of an earlier run is left.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._descriptor: int | None = None

    def acquire(self, patience: float = 30) -> None:
        """Take the lock and note who has it; raises AlreadyRunningError.

        When its holder has died, the watchdog may still be cleaning up: wait for that, at most `patience` seconds.
        """
        descriptor = os.open(self._home.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + patience
        while not try_lock(descriptor, fcntl.LOCK_EX):
            owner = holder(self._home)
            if owner or time.monotonic() > deadline:
                os.close(descriptor)
                raise AlreadyRunningError(self._refusal(owner))
            time.sleep(0.05)
        self._descriptor = descriptor
        write_json(self._home.lock_file, asdict(Identity.of(os.getpid())), in_place=True)

    def _refusal(self, owner: Identity | None) -> str:
        address = read_json(self._home.run_file).get("address")
        who = f"pid {owner.pid}" if owner else "the rest of an earlier run"
        return (
            f"the system on {self._home.root} is running already ({who}{f' at {address}' if address else ''}): "
            "`homeward status` shows it, `homeward down` stops it"
        )

    @property
    def descriptor(self) -> int:
        """For the watchdog to inherit."""
        if self._descriptor is None:
            raise RuntimeError("the lock is not held")
        return self._descriptor

    def release(self) -> None:
        """Give the lock back; harmless when it isn't held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_held(home: Home) -> bool:
    """Tell whether a run (or the watchdog that cleans up after one) holds the folder."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, kind: int) -> bool:
    """Take a flock without waiting; False when somebody else has it."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder(home: Home) -> Identity | None:
    """The living process that took the lock."""
    noted = read_json(home.lock_file)
    owner = Identity(noted["pid"], noted["born"]) if noted else None
    return owner if owner and owner.alive() else None


def read_json(path: Path) -> dict[str, Any]:
    """An object from a file; empty when there is none or when it is being written."""
    try:
        value = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: Mapping[str, Any], *, in_place: bool = False) -> None:
    """Write an object for this user only; atomic unless `in_place` (a locked file must keep its inode)."""
    target = path if in_place else path.with_name(f"{path.name}.new")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file, indent=2)
    if not in_place:
        target.replace(path)
