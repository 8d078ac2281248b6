"""User operations in any order and at the same time: answers, memory and disk always agree."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from standins.rekognition.entries import FaceEntry
from standins.rekognition.errors import ConflictError, ResourceNotFoundError
from standins.rekognition.operations import OPERATIONS
from standins.rekognition.service import Service
from standins.rekognition.similarity import similarity
from standins.rekognition.store import Store
from standins.rekognition.users import Users

UNUSED = cast(Any, None)
"""No operation here looks at pictures."""
FACES, STEPS = 12, 150
NAMES = ("a", "b", "c")


def open_service(folder: Path) -> Service:
    store = Store(folder, "1")
    return Service(store, Users(store.database), UNUSED, UNUSED)


def call(service: Service, operation: str, **parameters: Any) -> Any:
    return OPERATIONS[operation](service, {"CollectionId": "c", **parameters})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = open_service(tmp_path)
    call(service, "CreateCollection")
    yield service
    service.store.close()


def add(service: Service, vectors: np.ndarray[Any, np.dtype[np.float32]]) -> list[str]:
    entries = [(FaceEntry(f"{row}", "", 0, (0, 0, 1, 1), 90.0), vector) for row, vector in enumerate(vectors)]
    return [face.face_id for face in service.store.add_faces(service.store.collection("c"), entries)]


def test_the_same_request_at_the_same_time_is_done_once(service: Service) -> None:
    (face,) = add(service, np.eye(1, 128, dtype=np.float32))
    requests: list[tuple[str, dict[str, Any]]] = [
        ("CreateUser", {"UserId": "a"}),
        ("AssociateFaces", {"UserId": "a", "FaceIds": [face]}),
        ("DisassociateFaces", {"UserId": "a", "FaceIds": [face]}),
        ("DeleteUser", {"UserId": "a"}),
    ]
    with ThreadPoolExecutor(8) as pool:
        for operation, request in requests:
            answers = [pool.submit(call, service, operation, **request, ClientRequestToken="token") for _ in range(16)]
            assert len({str(answer.result(10)) for answer in answers}) == 1
    assert service.store.database.rows("SELECT count(*) FROM requests") == [(4,)]


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_operations(service: Service, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    vectors = np.random.default_rng(seed).standard_normal((FACES, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    faces = add(service, vectors)
    owner: dict[str, str | None] = dict.fromkeys(faces)
    users: set[str] = set()
    for _ in range(STEPS):
        name, some = chance.choice(NAMES), chance.sample(faces, chance.randint(1, 4))
        match chance.choice(("CreateUser", "DeleteUser", "AssociateFaces", "AssociateFaces", "DisassociateFaces")):
            case "CreateUser" if name in users:
                with pytest.raises(ConflictError):
                    call(service, "CreateUser", UserId=name)
            case "CreateUser":
                call(service, "CreateUser", UserId=name)
                users.add(name)
            case operation if name not in users:
                with pytest.raises(ResourceNotFoundError):
                    call(service, operation, UserId=name, FaceIds=some)
            case "DeleteUser":
                call(service, "DeleteUser", UserId=name)
                users.remove(name)
                owner.update({face: None for face in faces if owner[face] == name})
            case "AssociateFaces":
                answer = call(service, "AssociateFaces", UserId=name, FaceIds=some, UserMatchThreshold=0)
                free = [face for face in some if owner[face] is None]
                assert [face["FaceId"] for face in answer["AssociatedFaces"]] == free
                taken = {problem["FaceId"]: problem["UserId"] for problem in answer["UnsuccessfulFaceAssociations"]}
                assert taken == {face: owner[face] for face in some if owner[face] not in (None, name)}
                owner.update(dict.fromkeys(free, name))
            case "DisassociateFaces":
                answer = call(service, "DisassociateFaces", UserId=name, FaceIds=some)
                own = [face for face in some if owner[face] == name]
                assert [face["FaceId"] for face in answer["DisassociatedFaces"]] == own
                owner.update(dict.fromkeys(own))
    check(service, vectors, owner, users)
    service.store.close()
    again = open_service(tmp_path)
    check(again, vectors, owner, users)
    again.store.close()


def check(
    service: Service,
    vectors: np.ndarray[Any, np.dtype[np.float32]],
    owner: dict[str, str | None],
    users: set[str],
) -> None:
    """What the service tells is what the model says."""
    rows = {name: [row for row, face in enumerate(owner) if owner[face] == name] for name in users}
    listed = {user["UserId"]: user["UserStatus"] for user in call(service, "ListUsers")["Users"]}
    assert listed == {name: "ACTIVE" if rows[name] else "CREATED" for name in users}
    assert call(service, "DescribeCollection")["UserCount"] == len(users)
    assert {face["FaceId"]: face.get("UserId") for face in call(service, "ListFaces")["Faces"]} == owner
    means = {name: vectors[of].sum(axis=0, dtype=np.float64) for name, of in rows.items() if of}
    for face, probe in zip(owner, vectors, strict=True):
        found = call(service, "SearchUsers", FaceId=face, UserMatchThreshold=0)["UserMatches"]
        told = {match["User"]["UserId"]: match["Similarity"] for match in found}
        expected = {name: similarity(np.array(mean @ probe / np.linalg.norm(mean))) for name, mean in means.items()}
        assert told == pytest.approx(expected, abs=1e-3)
        assert list(told.values()) == sorted(told.values(), reverse=True)
