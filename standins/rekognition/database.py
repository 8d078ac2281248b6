"""The service's one SQLite database: changes that are on the disk before they are answered, seen all or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from standins.rekognition.datadir import open_database

_BATCH = 4096


class Database:
    """Safe to use from several threads; one of them changes something at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises StartError when the folder's database can't be opened."""
        self._connection = open_database(folder)
        self._lock = threading.RLock()
        self._depth = 0
        self._then: list[Callable[[], None]] = []

    def close(self) -> None:
        """Nothing works afterwards."""
        with self._lock:
            self._connection.close()

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def batches(self, query: str, values: Sequence[object] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a large query, some thousand at a time; for a database that nobody else uses yet."""
        cursor = self._connection.execute(query, values)
        while rows := cursor.fetchmany(_BATCH):
            yield rows

    def run(self, statement: str, values: Sequence[object] = ()) -> int:
        """One statement inside a change; how many rows it changed."""
        return self._connection.execute(statement, values).rowcount

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction, synced at its end; a change within a change belongs to the outer one."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth > 1:
                    yield
                    return
                self._then.clear()
                with self._connection:
                    yield
                for act in self._then:
                    act()
            finally:
                self._depth -= 1

    def then(self, act: Callable[[], None]) -> None:
        """Do something when the change is on the disk: what memory says must never be ahead of it."""
        self._then.append(act)
