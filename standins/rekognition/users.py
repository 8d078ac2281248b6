"""Users of a collection: people to whom several faces belong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import partial

from standins.rekognition.database import Database
from standins.rekognition.entries import Collection, User
from standins.rekognition.errors import NO_USER, ConflictError, ResourceNotFoundError
from standins.rekognition.faces import Vector
from standins.rekognition.means import means
from standins.rekognition.user_gallery import UserGallery

_USERS = (
    "SELECT users.number, users.user_id, count(faces.number) FROM users LEFT JOIN faces ON faces.user = users.number "
)
_VECTORS = "SELECT user, vector FROM faces WHERE user = ?"
_ALL_VECTORS = (
    "SELECT user, vector FROM faces WHERE user IN (SELECT number FROM users WHERE collection = ?) ORDER BY user"
)
_NOBODY = UserGallery()


class Users:
    """The users of all collections. A method that changes something needs to be inside a change of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        collections = database.rows("SELECT DISTINCT collection FROM users")
        self._galleries = {collection: self._load(collection) for (collection,) in collections}

    def create(self, collection: Collection, user_id: str) -> None:
        """Raises ConflictError."""
        try:
            self._database.run("INSERT INTO users (collection, user_id) VALUES (?, ?)", (collection.number, user_id))
        except sqlite3.IntegrityError as error:
            raise ConflictError(f"The user id: {user_id} already exists") from error

    def delete(self, collection: Collection, user_id: str) -> None:
        """The user's faces stay, as nobody's. Raises ResourceNotFoundError."""
        user = self.get(collection, user_id)
        self._database.run("DELETE FROM users WHERE number = ?", (user.number,))
        self._database.then(partial(self._put, collection, user, None))

    def delete_all(self, collection: Collection) -> None:
        """Forget the users of a collection that was deleted."""
        self._galleries.pop(collection.number, None)

    def get(self, collection: Collection, user_id: str) -> User:
        """Raises ResourceNotFoundError."""
        for user in self._users("users.collection = ? AND users.user_id = ?", (collection.number, user_id)):
            return user
        raise ResourceNotFoundError(NO_USER, user_id)

    def count(self, collection: Collection) -> int:
        """How many users a collection has."""
        ((count,),) = self._database.rows("SELECT count(*) FROM users WHERE collection = ?", (collection.number,))
        return int(count)

    def after(self, collection: Collection, number: int, most: int) -> list[User]:
        """At most `most` users made after user `number`, oldest first."""
        return self._users("users.collection = ? AND users.number > ?", (collection.number, number), most)

    def associate(self, collection: Collection, user: User, faces: Sequence[int]) -> None:
        """Faces (numbers) that are nobody's become the user's."""
        for face in faces:
            self._database.run("UPDATE faces SET user = ? WHERE number = ?", (user.number, face))
        self._renew(collection, user)

    def disassociate(self, collection: Collection, user: User, faces: Sequence[int]) -> None:
        """Faces (numbers) of the user become nobody's."""
        for face in faces:
            self._database.run("UPDATE faces SET user = NULL WHERE number = ?", (face,))
        self._renew(collection, user)

    def vector(self, collection: Collection, user: User) -> Vector | None:
        """The user's unit vector, None when no face is associated."""
        return self._gallery(collection).vector(user.number)

    def nearest(self, collection: Collection, probe: Vector, most: int) -> list[tuple[User, float]]:
        """The `most` users whose vectors have the highest cosine to a unit vector, with it."""
        near = self._gallery(collection).nearest(probe, most)
        condition = "users.number IN (SELECT value FROM json_each(?))"
        users = {user.number: user for user in self._users(condition, [json.dumps(list(near))])}
        # A user who was deleted since the vectors were compared is no longer in `users`.
        return [(users[number], cosine) for number, cosine in near.items() if number in users]

    def _renew(self, collection: Collection, user: User) -> None:
        rows = self._database.rows(_VECTORS, (user.number,))
        vector = next((vectors[0] for _, vectors in means([rows] if rows else [])), None)
        self._database.then(partial(self._put, collection, user, vector))

    def _put(self, collection: Collection, user: User, vector: Vector | None) -> None:
        # Only changes make galleries, and they come one at a time: two could each get a vector that the other lacks.
        gallery = self._galleries.get(collection.number)
        if gallery is None:
            gallery = self._galleries[collection.number] = UserGallery()
        gallery.put(user.number, vector)

    def _gallery(self, collection: Collection) -> UserGallery:
        return self._galleries.get(collection.number, _NOBODY)

    def _load(self, collection: int) -> UserGallery:
        gallery = UserGallery()
        for users, vectors in means(self._database.batches(_ALL_VECTORS, (collection,))):
            gallery.extend(users, vectors)
        return gallery

    def _users(self, condition: str, values: Sequence[object], most: int = -1) -> list[User]:
        query = _USERS + "WHERE " + condition + " GROUP BY users.number ORDER BY users.number LIMIT ?"
        return [User(*row) for row in self._database.rows(query, (*values, most))]
