"""A rebuild, wired as the DAG has it, on a face service that turns calls away: many of them, and all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.retries.standard import ExponentialBackoff

from benchmarks.proxy import Proxy, proxy
from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain.errors import NotFoundError, ThrottledError
from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.contract.rebuild.rebuilding import Rebuilding, rebuilding_town

ONE, TWO = "missing-people-1", "missing-people-2"
ON_FACES = ("IndexFaces", "SearchFacesByImage", "DetectFaces", "ListFaces", "DeleteFaces")
TURNED_AWAY = {"code": "ProvisionedThroughputExceededException", "status": 400}
CASES, BATCH = 5, 3


class Faces:
    """The wire to the face service."""

    def __init__(self, wire: Proxy) -> None:
        self.wire = wire

    def turn_away(self, share: float, *operations: str, first: int = 0) -> None:
        """From now on the first calls of each of these, and of the others that share, by lot. No other call."""
        rules = [{"operation": name, "error": TURNED_AWAY} for name in operations]
        begin = [{**rule, "times": first} for rule in rules if first]
        self.wire.spoil([*begin, *({**rule, "probability": share} for rule in rules if share)])

    def turned_away(self) -> int:
        """How many calls since then."""
        return sum(rule["fired_count"] for rule in self.wire.struck())


@pytest.fixture
def town(settings: Settings, portraits: Portraits) -> Iterator[Rebuilding]:
    with rebuilding_town(settings, portraits, CASES) as town:
        yield town


@pytest.fixture
def faces(town: Rebuilding, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faces]:
    """Pauses between two tries take no time here; how long they are is botocore's."""
    url, log = "AWS_ENDPOINT_URL_REKOGNITION", tmp_path_factory.mktemp("wire") / "log"
    with proxy(os.environ[url], log) as wire, pytest.MonkeyPatch.context() as patches:
        patches.setenv(url, wire.url)
        patches.setenv("HOMEWARD_STACK", "rebuild")
        patches.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)
        _forget()
        yield Faces(wire)
    _forget()


def _forget() -> None:
    client.cache_clear()
    bootstrap.settings.cache_clear()


def build(run: str, switch_to: str = "") -> None:
    for batch in bootstrap.plan_rebuild()(run, switch_to, BATCH, False):
        bootstrap.index_generation()(run, batch["batch"])


def go_live(run: str) -> None:
    bootstrap.verify_generation()(run, 50, 0.98)
    bootstrap.switch_collection()(run, "person:alex")
    bootstrap.adopt_faces()(run)


def check_whole(town: Rebuilding, *collections: str) -> None:
    """Every photo has one face in each of them, which its row knows, and was indexed once in each."""
    photos = town.photos()
    assert len(photos) == 2 * CASES
    for name in collections:
        held = town.faces(name)
        assert sorted(held) == sorted(photo.key.external_image_id for photo in photos)
        for photo in photos:
            (face_id,) = held[photo.key.external_image_id]
            assert face_id in photo.face_ids
    assert town.disagreements() == []
    for photo in photos:
        assert [one.details.get("collection") for one in indexings(town, photo)] == list(collections[1:])


def indexings(town: Rebuilding, photo: Any) -> list[Any]:
    story = town.town.audit.story(f"photo:{photo.key.external_image_id}")
    return [one for one in story if one.action == "build_generation"]


def test_three_of_ten_calls_are_turned_away(town: Rebuilding, faces: Faces) -> None:
    """No task fails for it, there and back and there again."""
    faces.turn_away(0.3, *ON_FACES, first=5)
    for switch_to, live in (("", TWO), (ONE, ONE), (TWO, TWO)):
        run = town.new_run()
        build(run, switch_to)
        go_live(run)
        assert town.live == live
    assert faces.turned_away() > 5 * len(ON_FACES)
    faces.turn_away(0)
    check_whole(town, ONE, TWO)


def test_all_indexing_is_turned_away_for_good(town: Rebuilding, faces: Faces) -> None:
    before, run = town.town.state(), town.new_run()
    faces.turn_away(1, "IndexFaces")
    with pytest.raises(ThrottledError, match="IndexFaces: ProvisionedThroughputExceededException"):
        build(run)
    with pytest.raises(ThrottledError, match="IndexFaces"):
        bootstrap.verify_generation()(run, 50, 0.98)
    with pytest.raises(NotFoundError, match=r"report\.json"):
        bootstrap.switch_collection()(run, "person:alex")
    assert untouched(town, before)
    faces.turn_away(0)
    build(run)
    go_live(run)
    check_whole(town, ONE, TWO)


def test_indexing_is_turned_away_from_its_middle_on(town: Rebuilding, faces: Faces) -> None:
    before, run = town.town.state(), town.new_run()
    one, *others = bootstrap.plan_rebuild()(run, "", BATCH, False)
    bootstrap.index_generation()(run, one["batch"])
    faces.turn_away(1, "IndexFaces")
    for batch in others:
        with pytest.raises(ThrottledError, match="IndexFaces"):
            bootstrap.index_generation()(run, batch["batch"])
    assert town.live == ONE
    assert len(town.faces(TWO)) == BATCH
    assert untouched(town, before)
    faces.turn_away(0)
    build(run)
    go_live(run)
    check_whole(town, ONE, TWO)


def test_all_searches_are_turned_away_for_good(town: Rebuilding, faces: Faces) -> None:
    before, run = town.town.state(), town.new_run()
    build(run)
    faces.turn_away(1, "SearchFacesByImage")
    with pytest.raises(ThrottledError, match="SearchFacesByImage: ProvisionedThroughputExceededException"):
        go_live(run)
    assert untouched(town, before)
    faces.turn_away(0)
    go_live(run)
    check_whole(town, ONE, TWO)


def untouched(town: Rebuilding, before: Any) -> bool:
    """The live collection is searched as before: its faces, its pictures, and what the rows say of them."""
    (_, photos, _, faces), (_, photos_now, _, faces_now) = before, town.town.state()
    said, said_now = ([(one.key, one.status, one.face_id) for one in rows] for rows in (photos, photos_now))
    return town.live == ONE and said == said_now and faces == faces_now and town.disagreements() == []
