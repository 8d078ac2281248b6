"""Users of a collection: people to whom several faces belong. A user's vector is the unit mean of those faces' vectors.

AWS doesn't tell how it makes a user's vector; a mean is the plainest thing that gets better with every photo.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from standins.rekognition.database import Database
from standins.rekognition.errors import NO_USER, ConflictError, ResourceNotFoundError
from standins.rekognition.faces import Vector
from standins.rekognition.store import Collection
from standins.rekognition.user_gallery import UserGallery

_USERS = (
    "SELECT users.number, users.user_id, count(faces.number) FROM users LEFT JOIN faces ON faces.user = users.number "
)
_VECTORS = "SELECT users.collection, users.number, vector FROM faces JOIN users ON users.number = faces.user WHERE "


@dataclass(frozen=True)
class User:
    """`faces` is how many faces are associated; `number` grows with every user of the store."""

    number: int
    user_id: str
    faces: int

    @property
    def status(self) -> str:
        """AWS's word. Nothing here is ever half done, so nobody is ever UPDATING."""
        return "ACTIVE" if self.faces else "CREATED"


class Users:
    """The users of all collections. A method that changes something needs to be inside a change of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._galleries: defaultdict[int, UserGallery] = defaultdict(UserGallery)
        for (collection, user), vectors in self._vectors("users.number > ?", 0).items():
            self._galleries[collection].put(user, _mean(vectors))

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
        self._database.then(partial(self._galleries[collection.number].put, user.number, None))

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
        return self._galleries[collection.number].vector(user.number)

    def nearest(self, collection: Collection, probe: Vector, most: int) -> list[tuple[User, float]]:
        """The `most` users whose vectors have the highest cosine to a unit vector, with it."""
        near = self._galleries[collection.number].nearest(probe, most)
        condition = "users.number IN (SELECT value FROM json_each(?))"
        users = {user.number: user for user in self._users(condition, [json.dumps(list(near))])}
        # A user who was deleted since the vectors were compared is no longer in `users`.
        return [(users[number], cosine) for number, cosine in near.items() if number in users]

    def _renew(self, collection: Collection, user: User) -> None:
        vectors = self._vectors("users.number = ?", user.number).get((collection.number, user.number))
        vector = _mean(vectors) if vectors else None
        self._database.then(partial(self._galleries[collection.number].put, user.number, vector))

    def _users(self, condition: str, values: Sequence[object], most: int = -1) -> list[User]:
        query = _USERS + "WHERE " + condition + " GROUP BY users.number ORDER BY users.number LIMIT ?"
        return [User(*row) for row in self._database.rows(query, (*values, most))]

    def _vectors(self, condition: str, value: int) -> dict[tuple[int, int], list[Vector]]:
        """The vectors of users' faces by (collection, user)."""
        found: defaultdict[tuple[int, int], list[Vector]] = defaultdict(list)
        for collection, user, vector in self._database.rows(_VECTORS + condition, (value,)):
            found[collection, user].append(np.frombuffer(vector, "<f4"))
        return found


def _mean(vectors: Sequence[Vector]) -> Vector:
    total = np.sum(vectors, axis=0, dtype=np.float64)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), np.float32)
