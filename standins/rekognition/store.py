"""Collections and their faces: in the database, their vectors also in memory for search."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from standins.rekognition.database import Database
from standins.rekognition.datadir import claim
from standins.rekognition.entries import Collection, FaceEntry, StoredFace
from standins.rekognition.errors import (
    NO_COLLECTION,
    InvalidParameterError,
    ResourceAlreadyExistsError,
    ResourceNotFoundError,
    StartError,
)
from standins.rekognition.faces import DIMENSIONS, Vector
from standins.rekognition.gallery import Gallery
from standins.rekognition.ready_faces import ReadyFaces

_COLLECTIONS = "SELECT number, name, model_version, created FROM collections "
_FACES = (
    "SELECT faces.number, face_id, image_id, external_image_id, rank, box_left, box_top, box_width, box_height,"
    " confidence, users.user_id FROM faces LEFT JOIN users ON users.number = faces.user "
)
# Without the hint SQLite reads every face of the collection.
_OF_USERS = "SELECT number FROM faces INDEXED BY faces_of_user WHERE user IS NOT NULL"


class Store:
    """All state of the service. One process at a time; its methods may be called from several threads.

    A method that changes something returns after the change is on the disk.
    """

    def __init__(self, folder: Path, model_version: str) -> None:
        """Raises StartError when another process uses the folder, or it holds vectors of another face model."""
        self._model_version = model_version
        self._claim = claim(folder)
        self.database = Database(folder)
        self._ready = ReadyFaces(self.faces_by_number)
        self._galleries = {collection.number: self._load(collection) for collection in self.collections()}

    def close(self) -> None:
        """Let another process have the folder."""
        self.database.close()
        self._claim.close()

    def create_collection(self, name: str, tags: dict[str, str]) -> Collection:
        """Raises ResourceAlreadyExistsError."""
        with self.database.change():
            try:
                self.database.run(
                    "INSERT INTO collections (name, model_version, created, tags) VALUES (?, ?, ?, ?)",
                    (name, self._model_version, time.time(), json.dumps(tags)),
                )
            except sqlite3.IntegrityError as error:
                raise ResourceAlreadyExistsError(name) from error
            collection = self.collection(name)
            self.database.then(partial(self._galleries.__setitem__, collection.number, Gallery.empty()))
            return collection

    def delete_collection(self, name: str) -> Collection:
        """With its faces and users. Raises ResourceNotFoundError."""
        with self.database.change():
            collection = self.collection(name)
            self.database.run("DELETE FROM collections WHERE number = ?", (collection.number,))
            self.database.then(lambda: self._forget(collection))
        return collection

    def tags(self, collection: Collection) -> dict[str, str]:
        """A collection's tags. Raises ResourceNotFoundError."""
        for (tags,) in self.database.rows("SELECT tags FROM collections WHERE number = ?", (collection.number,)):
            found: dict[str, str] = json.loads(tags)
            return found
        raise ResourceNotFoundError(NO_COLLECTION, collection.name)

    def set_tags(self, collection: Collection, tags: dict[str, str]) -> None:
        """Replace a collection's tags; inside a change."""
        self.database.run("UPDATE collections SET tags = ? WHERE number = ?", (json.dumps(tags), collection.number))

    def collection(self, name: str) -> Collection:
        """Raises ResourceNotFoundError."""
        for collection in self._collections("WHERE name = ?", (name,)):
            return collection
        raise ResourceNotFoundError(NO_COLLECTION, name)

    def collections(self, after: int = 0, most: int = -1) -> list[Collection]:
        """Collections made after collection `after`, oldest first; all of them when `most` is -1."""
        return self._collections("WHERE number > ? ORDER BY number LIMIT ?", (after, most))

    def face_count(self, collection: Collection) -> int:
        """How many faces are in a collection."""
        return len(self.gallery(collection))

    def gallery(self, collection: Collection) -> Gallery:
        """The vectors of a collection. Raises ResourceNotFoundError when it was deleted meanwhile."""
        gallery = self._galleries.get(collection.number)
        if gallery is None:
            raise ResourceNotFoundError(NO_COLLECTION, collection.name)
        return gallery

    def vector(self, collection: Collection, face_id: str) -> Vector:
        """A face's vector. Raises ResourceNotFoundError when the collection was deleted meanwhile and
        InvalidParameterError, AWS's answer to a search by an unknown face."""
        for face in self.faces_by_id(collection, [face_id]):
            with suppress(KeyError):  # deleted just now
                return self.gallery(collection).vector(face.number)
        self.gallery(collection)
        raise InvalidParameterError("faceId was not found in the collection.")

    def add_faces(self, collection: Collection, entries: Sequence[tuple[FaceEntry, Vector]]) -> list[StoredFace]:
        """The faces as they are kept: those of the same picture, external id and rank are kept once, with their id."""
        with self.database.change():
            gallery = self.gallery(collection)
            kept = [self._add(collection, entry, vector) for entry, vector in entries]
            for (face, is_new), (_, vector) in zip(kept, entries, strict=True):
                if is_new:
                    self.database.then(partial(gallery.add, face.number, vector))
        return [face for face, _ in kept]

    def delete_faces(
        self, collection: Collection, face_ids: Sequence[str]
    ) -> tuple[list[StoredFace], list[StoredFace]]:
        """Those that were there and aren't any more, and those that stay because they are a user's."""
        with self.database.change():
            gallery = self.gallery(collection)
            found = self.faces_by_id(collection, face_ids)
            free = [face for face in found if face.user_id is None]
            for face in free:
                self.database.run("DELETE FROM faces WHERE number = ?", (face.number,))
            self.database.then(lambda: gallery.remove([face.number for face in free]))
        return free, [face for face in found if face.user_id is not None]

    def faces_by_id(self, collection: Collection, face_ids: Sequence[str]) -> list[StoredFace]:
        """The faces with these ids that are in the collection, oldest first."""
        return self._faces(
            # The plus keeps SQLite from reading the whole collection instead of looking the ids up.
            "WHERE +faces.collection = ? AND face_id IN (SELECT value FROM json_each(?)) ORDER BY faces.number",
            (collection.number, json.dumps(list(face_ids))),
        )

    def faces_by_number(self, numbers: Sequence[int]) -> dict[int, StoredFace]:
        """The faces that still are there, by number."""
        faces = self._faces("WHERE faces.number IN (SELECT value FROM json_each(?))", (json.dumps(list(numbers)),))
        return {face.number: face for face in faces}

    def ready_faces(self, collection: Collection, numbers: Sequence[int]) -> dict[int, msgspec.Raw]:
        """The JSON of those faces that still are there, by number."""
        of_users = {number for (number,) in self.database.rows(_OF_USERS)}
        ready = self._ready.get(numbers, of_users)
        there = self.gallery(collection).holds(np.fromiter(ready, np.int64, len(ready))).tolist()
        return {number: face for (number, face), is_there in zip(ready.items(), there, strict=True) if is_there}

    def faces_after(
        self, collection: Collection, number: int, most: int, user_id: str | None = None
    ) -> list[StoredFace]:
        """At most `most` faces that came after face `number`, oldest first; those of one user when one is named."""
        of_user, user = ("AND users.user_id = ? ", [user_id]) if user_id is not None else ("", [])
        condition = "WHERE faces.collection = ? AND faces.number > ? " + of_user + "ORDER BY faces.number LIMIT ?"
        return self._faces(condition, (collection.number, number, *user, most))

    def _add(self, collection: Collection, entry: FaceEntry, vector: Vector) -> tuple[StoredFace, bool]:
        same = (collection.number, entry.image_id, entry.external_image_id, entry.rank)
        condition = "WHERE faces.collection = ? AND image_id = ? AND external_image_id = ? AND rank = ?"
        for face in self._faces(condition, same):
            return face, False
        face_id = str(uuid.uuid4())
        values = (*same, face_id, *entry.box, entry.confidence, np.ascontiguousarray(vector, "<f4").tobytes())
        ((number,),) = self.database.rows(
            "INSERT INTO faces (collection, image_id, external_image_id, rank, face_id,"
            " box_left, box_top, box_width, box_height, confidence, vector)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
            values,
        )
        return StoredFace(number, face_id, entry), True

    def _forget(self, collection: Collection) -> None:
        del self._galleries[collection.number]

    def _collections(self, condition: str, values: Sequence[object]) -> list[Collection]:
        rows = self.database.rows(_COLLECTIONS + condition, values)
        return [Collection(*row) for row in rows]

    def _faces(self, condition: str, values: Sequence[object]) -> list[StoredFace]:
        return [_stored(*row) for row in self.database.rows(_FACES + condition, values)]

    def _load(self, collection: Collection) -> Gallery:
        if collection.model_version != self._model_version:
            raise StartError(
                f"The collection {collection.name} holds vectors of face model {collection.model_version}; this "
                f"service makes those of {self._model_version}, and they don't mix. Name another folder: --data DIR."
            )
        gallery = Gallery.empty()
        query = "SELECT number, vector FROM faces WHERE collection = ? ORDER BY number"
        for rows in self.database.batches(query, (collection.number,)):
            numbers, vectors = zip(*rows, strict=True)
            gallery.extend(np.array(numbers, np.int64), np.frombuffer(b"".join(vectors), "<f4").reshape(-1, DIMENSIONS))
        return gallery


def _stored(number: int, face_id: str, image_id: str, external: str, rank: int, *rest: Any) -> StoredFace:
    left, top, width, height, confidence, user_id = rest
    entry = FaceEntry(image_id, external, rank, (left, top, width, height), confidence)
    return StoredFace(number, face_id, entry, user_id)
