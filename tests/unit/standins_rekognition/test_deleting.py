"""Collections, users and faces that are deleted while others use them: the API's errors, and nothing else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pytest

from standins.rekognition.entries import FaceEntry
from standins.rekognition.errors import InvalidParameterError, RekognitionError, ResourceNotFoundError
from standins.rekognition.operations import OPERATIONS
from standins.rekognition.service import Service
from standins.rekognition.store import Store
from standins.rekognition.users import Users

ROUNDS = 60
UNUSED = cast(Any, None)
"""No operation here looks at pictures."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Threads take turns far more often than usual."""
    store, interval = Store(tmp_path, "1"), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield Service(store, Users(store.database), UNUSED, UNUSED)
    sys.setswitchinterval(interval)
    store.close()


def call(service: Service, operation: str, **parameters: Any) -> Any:
    return OPERATIONS[operation](service, parameters)


def prepare(service: Service, name: str) -> list[str]:
    """A collection with two users who are the same person, with a face each, and a face of nobody; the face ids."""
    call(service, "CreateCollection", CollectionId=name)
    vector = np.full(128, 128**-0.5, np.float32)
    entries = [(FaceEntry(f"{number}", "", 0, (0, 0, 1, 1), 90.0), vector) for number in range(3)]
    faces = [face.face_id for face in service.store.add_faces(service.store.collection(name), entries)]
    for user, face in zip(("one", "other"), faces, strict=False):
        call(service, "CreateUser", CollectionId=name, UserId=user)
        call(service, "AssociateFaces", CollectionId=name, UserId=user, FaceIds=[face])
    return faces


def meanwhile(work: list[Callable[[], None]], act: Callable[[], None]) -> list[BaseException]:
    """Do every piece of work again and again in its own thread, from before `act` until after it; what was raised."""
    raised: list[BaseException] = []
    done, running = threading.Event(), threading.Barrier(len(work) + 1)

    def attempt(piece: Callable[[], None]) -> None:
        try:
            piece()
        except Exception as error:  # noqa: BLE001 - the test looks at all of them
            raised.append(error)

    def go(piece: Callable[[], None]) -> None:
        attempt(piece)
        running.wait(10)
        while not done.is_set():
            attempt(piece)
        attempt(piece)

    threads = [threading.Thread(target=go, args=(piece,)) for piece in work]
    for thread in threads:
        thread.start()
    running.wait(10)
    act()
    done.set()
    for thread in threads:
        thread.join()
    return raised


def test_a_search_never_takes_a_deleted_collection_for_one_without_matches(service: Service) -> None:
    counts: list[int] = []
    for number in range(ROUNDS):
        name = f"c{number}"
        faces = prepare(service, name)

        def search(operation: str, matches: str, name: str = name, **probe: Any) -> Callable[[], None]:
            return lambda: counts.append(len(call(service, operation, CollectionId=name, **probe)[matches]))

        work = [
            search("SearchUsers", "UserMatches", UserId="one"),
            search("SearchUsers", "UserMatches", FaceId=faces[0], MaxUsers=1),
            search("SearchFaces", "FaceMatches", FaceId=faces[0], MaxFaces=1),
        ]
        counts.clear()
        raised = meanwhile(work, partial(call, service, "DeleteCollection", CollectionId=name))
        assert {type(error) for error in raised} == {ResourceNotFoundError}
        assert len(counts) >= len(work)
        assert set(counts) == {1}


def test_everything_at_once_while_a_collection_goes_and_comes_back(service: Service) -> None:
    faces = prepare(service, "c")
    who = {"CollectionId": "c", "UserId": "one", "FaceIds": faces}
    arn = call(service, "DescribeCollection", CollectionId="c")["CollectionARN"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("AssociateFaces", {**who, "UserMatchThreshold": 0}),
        ("DisassociateFaces", who),
        ("DeleteFaces", {"CollectionId": "c", "FaceIds": faces[2:]}),
        ("ListUsers", {"CollectionId": "c"}),
        ("ListFaces", {"CollectionId": "c", "UserId": "one"}),
        ("DescribeCollection", {"CollectionId": "c"}),
        ("SearchUsers", {"CollectionId": "c", "FaceId": faces[2]}),
        ("TagResource", {"ResourceArn": arn, "Tags": {"a": "b"}}),
        ("ListTagsForResource", {"ResourceArn": arn}),
    ]

    def come_and_go() -> None:
        for _ in range(ROUNDS // 4):
            call(service, "DeleteUser", CollectionId="c", UserId="one")
            call(service, "DeleteCollection", CollectionId="c")
            prepare(service, "c")

    raised = meanwhile([partial(call, service, operation, **request) for operation, request in calls], come_and_go)
    assert {type(error) for error in raised} <= {ResourceNotFoundError, InvalidParameterError}
    assert call(service, "DescribeCollection", CollectionId="c")["UserCount"] == 2


def test_a_user_who_is_deleted_and_made_again(service: Service) -> None:
    faces = prepare(service, "c")
    who = {"CollectionId": "c", "UserId": "one"}

    def renew() -> None:
        for _ in range(ROUNDS):
            call(service, "DeleteUser", **who, ClientRequestToken=str(uuid4()))
            call(service, "CreateUser", **who, ClientRequestToken=str(uuid4()))
            call(service, "AssociateFaces", **who, FaceIds=faces[:1], ClientRequestToken=str(uuid4()))

    seen: list[list[str]] = []

    def search() -> None:
        matches = call(service, "SearchUsers", CollectionId="c", FaceId=faces[2])["UserMatches"]
        seen.append(sorted(match["User"]["UserId"] for match in matches))

    raised = meanwhile([search, search, lambda: call(service, "ListUsers", CollectionId="c")], renew)
    assert [error for error in raised if not isinstance(error, RekognitionError)] == []
    assert raised == []
    assert {"other"} <= set.intersection(*map(set, seen))
    matches = call(service, "SearchUsers", CollectionId="c", FaceId=faces[2])["UserMatches"]
    assert sorted(match["User"]["UserId"] for match in matches) == ["one", "other"]
