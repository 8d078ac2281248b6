"""Users, associations, tags and request tokens survive kill -9 once they are answered; old data folders open."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import threading
from collections.abc import Callable
from json import JSONDecodeError
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from botocore.exceptions import ClientError, HTTPClientError

from standins.rekognition import idempotency
from standins.rekognition.database import Database
from standins.rekognition.errors import StartError
from standins.rekognition.models import FACE_MODEL_VERSION
from standins.rekognition.store import Store
from standins.rekognition.users import Users
from tests.contract.face_service.conftest import Faces, Process

Start = Callable[[Path], Process]
WRITERS = 4


def test_what_was_answered_survives_a_kill(tmp_path: Path, start: Start, faces: Faces) -> None:
    service = start(tmp_path)
    client, token = service.client, str(uuid4())
    client.create_collection(CollectionId="c", Tags={"a": "1"})
    arn = client.describe_collection(CollectionId="c")["CollectionARN"]
    ids = [
        client.index_faces(CollectionId="c", Image={"Bytes": faces.portrait(13, photo)})["FaceRecords"][0]["Face"][
            "FaceId"
        ]
        for photo in (0, 1)
    ]
    client.create_user(CollectionId="c", UserId="u", ClientRequestToken=token)
    client.associate_faces(CollectionId="c", UserId="u", FaceIds=ids)
    client.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    before = client.search_users_by_image(CollectionId="c", Image={"Bytes": faces.portrait(13, 2)})["UserMatches"]
    service.end(signal.SIGKILL)
    client = start(tmp_path).client
    after = client.search_users_by_image(CollectionId="c", Image={"Bytes": faces.portrait(13, 2)})["UserMatches"]
    assert [match["User"] for match in after] == [{"UserId": "u", "UserStatus": "ACTIVE"}]
    assert after[0]["Similarity"] == pytest.approx(before[0]["Similarity"], abs=1e-3)
    assert {face["UserId"] for face in client.list_faces(CollectionId="c")["Faces"]} == {"u"}
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "1", "b": "2"}
    client.create_user(CollectionId="c", UserId="u", ClientRequestToken=token)  # answered as before
    with pytest.raises(client.exceptions.ConflictException):
        client.create_user(CollectionId="c", UserId="u", ClientRequestToken=str(uuid4()))


def test_what_was_taken_away_stays_away_after_a_kill(tmp_path: Path, start: Start, faces: Faces) -> None:
    service = start(tmp_path)
    client, token = service.client, str(uuid4())
    client.create_collection(CollectionId="c", Tags={"a": "1", "b": "2"})
    arn = client.describe_collection(CollectionId="c")["CollectionARN"]
    answer = client.index_faces(CollectionId="c", Image={"Bytes": faces.portrait(13)})
    face = answer["FaceRecords"][0]["Face"]["FaceId"]
    for user in ("gone", "left"):
        client.create_user(CollectionId="c", UserId=user)
    client.associate_faces(CollectionId="c", UserId="left", FaceIds=[face])
    client.disassociate_faces(CollectionId="c", UserId="left", FaceIds=[face])
    client.delete_user(CollectionId="c", UserId="gone", ClientRequestToken=token)
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    service.end(signal.SIGKILL)
    client = start(tmp_path).client
    assert client.list_users(CollectionId="c")["Users"] == [{"UserId": "left", "UserStatus": "CREATED"}]
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}
    assert client.search_users(CollectionId="c", FaceId=face)["UserMatches"] == []
    client.delete_user(CollectionId="c", UserId="gone", ClientRequestToken=token)  # answered as before
    with pytest.raises(client.exceptions.IdempotentParameterMismatchException):
        client.delete_user(CollectionId="c", UserId="left", ClientRequestToken=token)


def test_a_kill_amid_writing_loses_nothing_that_was_answered(tmp_path: Path, start: Start) -> None:
    service = start(tmp_path)
    service.client.create_collection(CollectionId="c")
    answered: list[str] = []
    asked = itertools.count()
    enough = threading.Event()

    def write() -> None:
        while True:
            name = f"user-{next(asked)}"
            try:
                service.client.create_user(CollectionId="c", UserId=name)
            except (HTTPClientError, ClientError, JSONDecodeError):
                return  # killed, perhaps between the head of an answer and its body
            answered.append(name)
            if len(answered) >= 100:
                enough.set()

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    assert enough.wait(30)
    service.end(signal.SIGKILL)
    for writer in writers:
        writer.join()
    client = start(tmp_path).client
    pages = client.get_paginator("list_users").paginate(CollectionId="c", PaginationConfig={"PageSize": 50})
    kept = [user["UserId"] for page in pages for user in page["Users"]]
    assert len(kept) == len(set(kept)) == client.describe_collection(CollectionId="c")["UserCount"]
    assert set(answered) <= set(kept)
    assert len(kept) - len(answered) <= WRITERS  # each had one request under way


OLD_SCHEMA = """
CREATE TABLE collections (
  number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, model_version TEXT NOT NULL,
  created REAL NOT NULL, tags TEXT NOT NULL);
CREATE TABLE faces (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  collection INTEGER NOT NULL REFERENCES collections(number) ON DELETE CASCADE,
  face_id TEXT NOT NULL UNIQUE, image_id TEXT NOT NULL, external_image_id TEXT NOT NULL, rank INTEGER NOT NULL,
  box_left REAL NOT NULL, box_top REAL NOT NULL, box_width REAL NOT NULL, box_height REAL NOT NULL,
  confidence REAL NOT NULL, vector BLOB NOT NULL,
  UNIQUE (collection, image_id, external_image_id, rank));
CREATE INDEX faces_of_collection ON faces (collection, number);
"""
"""Written out: data folders of that time don't change when the code does."""


def old_folder(folder: Path) -> None:
    """A data folder as it was before there were users: one collection with one face."""
    database = sqlite3.connect(folder / "faces.sqlite")
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(OLD_SCHEMA)
    database.execute("INSERT INTO collections VALUES (3, 'old', ?, 1.5, '{\"a\": \"b\"}')", (FACE_MODEL_VERSION,))
    vector = np.eye(128, dtype="<f4")[0].tobytes()
    database.execute(
        "INSERT INTO faces VALUES (7, 3, '8c5e6ee9-4ab1-4d4c-a0f0-7f3b4d1d7a11', 'i', 'e', 0, 0, 0, 1, 1, 90, ?)",
        (vector,),
    )
    database.commit()
    database.close()


def test_an_old_folder_keeps_its_faces_and_gains_users(tmp_path: Path) -> None:
    old_folder(tmp_path)
    for _ in range(2):
        store = Store(tmp_path, FACE_MODEL_VERSION)
        users = Users(store.database)
        collection = store.collection("old")
        (face,) = store.faces_after(collection, 0, 10)
        assert (face.number, face.user_id, store.face_count(collection)) == (7, None, 1)
        assert store.tags(collection) == {"a": "b"}
        with store.database.change():
            users.create(collection, "u")
            users.associate(collection, users.get(collection, "u"), [7])
            users.delete(collection, "u")
        store.close()


def test_a_folder_of_a_newer_service_is_refused(tmp_path: Path) -> None:
    old_folder(tmp_path)
    database = sqlite3.connect(tmp_path / "faces.sqlite")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StartError, match="newer face service"):
        Store(tmp_path, FACE_MODEL_VERSION)


def test_a_change_that_fails_leaves_nothing_on_disk_or_in_memory(tmp_path: Path) -> None:
    old_folder(tmp_path)
    store = Store(tmp_path, FACE_MODEL_VERSION)
    users, collection = Users(store.database), store.collection("old")

    def act() -> dict[str, str]:
        users.create(collection, "u")
        users.associate(collection, users.get(collection, "u"), [7])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        idempotency.once(store.database, "X", {"ClientRequestToken": "t"}, act)
    assert users.count(collection) == 0
    assert users.nearest(collection, np.eye(128, dtype=np.float32)[0], 5) == []
    again = idempotency.once(store.database, "X", {"ClientRequestToken": "t"}, lambda: {"done": "now"})
    assert again == {"done": "now"}
    store.close()


def test_tokens_are_forgotten_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, now = Database(tmp_path), 1000.0
    monkeypatch.setattr(idempotency.time, "time", lambda: now)
    answers = iter([{"n": 1}, {"n": 2}])
    request = {"UserId": "u", "ClientRequestToken": "t"}
    assert idempotency.once(database, "X", request, lambda: next(answers)) == {"n": 1}
    now += idempotency.KEPT_SECONDS - 1
    assert idempotency.once(database, "X", request, lambda: next(answers)) == {"n": 1}
    now += 2
    assert idempotency.once(database, "X", request, lambda: next(answers)) == {"n": 2}
    assert database.rows("SELECT count(*) FROM requests") == [(1,)]
    database.close()
