"""The data folder: one process at a time, one SQLite file that survives kill -9 and loss of power."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO

from standins.rekognition.errors import StartError

# Each entry brings a database from the version before it (its place here) to the next one.
_SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS collections (
  number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, model_version TEXT NOT NULL,
  created REAL NOT NULL, tags TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faces (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL REFERENCES collections(number) ON DELETE CASCADE,
  face_id TEXT NOT NULL UNIQUE, image_id TEXT NOT NULL, external_image_id TEXT NOT NULL, rank INTEGER NOT NULL,
  box_left REAL NOT NULL, box_top REAL NOT NULL, box_width REAL NOT NULL, box_height REAL NOT NULL,
  confidence REAL NOT NULL, vector BLOB NOT NULL,
  UNIQUE (collection, image_id, external_image_id, rank));
CREATE INDEX IF NOT EXISTS faces_of_collection ON faces (collection, number);
""",
    """
CREATE TABLE users (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL REFERENCES collections(number) ON DELETE CASCADE,
  user_id TEXT NOT NULL, UNIQUE (collection, user_id));
CREATE TABLE requests (
  operation TEXT NOT NULL, token TEXT NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (operation, token));
CREATE INDEX requests_by_age ON requests (at);
ALTER TABLE faces ADD COLUMN user INTEGER REFERENCES users(number) ON DELETE SET NULL;
CREATE INDEX faces_of_user ON faces (user) WHERE user IS NOT NULL;
""",
)


def claim(folder: Path) -> IO[str]:
    """The folder for this process alone, as long as the returned file is open. Raises StartError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "in-use").open("a+")
    except OSError as error:
        raise StartError(
            f"The data folder {folder} can't be used: {error.strerror}. Name another: --data DIR."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise StartError(
            f"The data folder {folder} is in use by another face service (process {owner}). "
            "Stop that one, or name another folder: --data DIR."
        ) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def open_database(folder: Path) -> sqlite3.Connection:
    """The folder's database, made if it isn't there. Every commit is synced. Raises StartError when it's damaged."""
    path = folder / "faces.sqlite"
    try:
        database = sqlite3.connect(path, check_same_thread=False)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            database.execute(f"PRAGMA {setting}")
        _migrate(database, path)
    except sqlite3.Error as error:
        raise StartError(
            f"The database {path} can't be opened: {error}. Restore it, or name another folder: --data DIR."
        ) from error
    return database


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > len(_SCHEMA):
        raise StartError(f"The database {path} comes from a newer face service. Update, or name another: --data DIR.")
    for number, script in enumerate(_SCHEMA[version:], start=version + 1):
        database.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
