"""Faces outlive every end of the process."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.face_service.conftest import Faces, Process


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_face_is_kept_however_the_process_ends(
    start: Callable[[Path], Process], tmp_path: Path, faces: Faces, ending: signal.Signals
) -> None:
    first = start(tmp_path)
    first.client.create_collection(CollectionId="kept")
    told = first.client.index_faces(CollectionId="kept", Image={"Bytes": faces.portrait(13)}, ExternalImageId="a:1")
    code = first.end(ending)
    assert code == (0 if ending != signal.SIGKILL else -signal.SIGKILL)

    second = start(tmp_path)
    assert second.client.list_faces(CollectionId="kept")["Faces"] == [told["FaceRecords"][0]["Face"]]
    (match,) = second.client.search_faces_by_image(CollectionId="kept", Image={"Bytes": faces.portrait(13)})[
        "FaceMatches"
    ]
    assert match["Face"] == told["FaceRecords"][0]["Face"]
    assert match["Similarity"] == pytest.approx(100, abs=0.01)
    again = second.client.index_faces(CollectionId="kept", Image={"Bytes": faces.portrait(13)}, ExternalImageId="a:1")
    assert again["FaceRecords"][0]["Face"] == told["FaceRecords"][0]["Face"]


def test_what_was_deleted_stays_deleted(start: Callable[[Path], Process], tmp_path: Path, faces: Faces) -> None:
    first = start(tmp_path)
    for name in ("kept", "dropped"):
        first.client.create_collection(CollectionId=name)
        record = first.client.index_faces(CollectionId=name, Image={"Bytes": faces.portrait(13)})["FaceRecords"][0]
    first.client.delete_collection(CollectionId="dropped")
    kept = first.client.list_faces(CollectionId="kept")["Faces"][0]["FaceId"]
    assert kept != record["Face"]["FaceId"]
    first.client.delete_faces(CollectionId="kept", FaceIds=[kept])
    first.end(signal.SIGKILL)

    second = start(tmp_path)
    assert second.client.list_collections()["CollectionIds"] == ["kept"]
    assert second.client.describe_collection(CollectionId="kept")["FaceCount"] == 0
    with sqlite3.connect(tmp_path / "faces.sqlite") as database:
        assert database.execute("SELECT count(*) FROM faces").fetchone() == (0,)
