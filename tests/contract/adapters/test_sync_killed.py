"""A sync whose process is killed at any moment, and done again, ends like one that nobody disturbed."""

from __future__ import annotations

import itertools
import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import botocore.httpsession
import pytest
import requests

from homeward.adapters.aws import client
from homeward.domain.cases import CaseStatus
from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.town import Town
from tests.contract.namus_client.scripted import Answer, scripted_server
from tests.factories import namus

KILLS = 20
_numbers = itertools.count(91_000, 10)
Tick = Callable[[], None]


@contextmanager
def town_before_a_busy_day(settings: Settings, portraits: Portraits) -> Iterator[Town]:
    """What the next sync has to do: one case is new, one has another photo, one is resolved, one vanished for good."""
    first = next(_numbers)
    new, changed, resolved, gone = range(first, first + 4)
    one, other = (portraits.get(number) for number in (0, 4))
    assert one is not None
    assert other is not None
    with scripted_server() as server:
        records = [namus.record(number, images=[namus.image(1)]) for number in (changed, resolved, gone)]
        town = Town(f"killed{first}", server, settings, {record["id"]: record for record in records})
        for number in (changed, resolved, gone, new):
            town.picture(number, 1, Answer(one.data))
        town.picture(changed, 2, Answer(other.data))
        town.sync()
        del town.cases[gone]
        town.serve(gone, Answer(status=404))
        assert town.sync()["absent"] == {"MISSED_ONCE": 1}
        later = {"modifiedDateTime": "2026-11-20T20:00:00"}
        town.cases[new] = namus.record(new, images=[namus.image(1)])
        town.cases[changed] |= {"images": [namus.image(2)], **later}
        town.cases[resolved] |= {"caseIsResolved": True, **later}
        for number in town.cases:
            town.serve(number)
        yield town


def outcome(town: Town) -> Any:
    """What is there, without what differs between towns: names, and the ids that Rekognition gives."""
    base = int(town.name.removeprefix("killed"))
    cases, photos, objects, faces = {}, [], [], []
    for number in range(base, base + 4):
        key = town.key(number)
        for case in town.store.get_cases([key]).values():
            cases[number - base] = (case.status, case.modified, case.raw_sha256 and case.status is CaseStatus.OPEN)
        for photo in town.store.photos_of(key):
            kept = (photo.status, photo.reason, photo.sha256, photo.face_id is not None)
            photos.append((number - base, photo.key.identity_id, *kept))
        for part in ("raw", "photos"):
            listed = client("s3").list_objects_v2(Bucket=town.bucket, Prefix=f"{part}/{town.name}/MP/{number}/")
            objects.append((number - base, part, listed["KeyCount"]))
    held = client("rekognition").list_faces(CollectionId="missing-people-1", MaxResults=4096)["Faces"]
    for face in held:
        source, _, number, *photo = face["ExternalImageId"].split(":")
        if source == town.name:
            faces.append((int(number) - base, *photo))
    entries = town.suppressions.entries(town.key(base + number) for number in range(4))
    suppressed = {int(key.number) - base: entry.reason for key, entry in entries.items()}
    return cases, photos, objects, sorted(faces), suppressed, sorted(town.failures.failed(town.name, "MP"))


def tell_each_request(monkeypatch: pytest.MonkeyPatch, tick: Tick) -> None:
    """Call `tick` before and after every request that leaves the process."""
    for where in (botocore.httpsession.URLLib3Session, requests.Session):
        send = where.send

        def told(self: Any, *arguments: Any, _send: Any = send, **more: Any) -> Any:
            tick()
            answer = _send(self, *arguments, **more)
            tick()
            return answer

        monkeypatch.setattr(where, "send", told)


def killed_at(town: Town, moment: int, work: Callable[[], object]) -> bool:
    """Do some work of a town in a process of its own that dies at its `moment`-th tick; whether it died."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    code = 1
    try:
        client.cache_clear()  # connections can't be shared with the parent
        town.connect()
        moments = itertools.count()

        def tick() -> None:
            if next(moments) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        with pytest.MonkeyPatch.context() as patches:
            tell_each_request(patches, tick)
            work()
        code = 0
    finally:
        os._exit(code)


@pytest.fixture(scope="module")
def undisturbed(settings: Settings, portraits: Portraits) -> tuple[Any, int]:
    """What a sync ends in that nobody disturbs, and how many moments it has."""
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    with town_before_a_busy_day(settings, portraits) as town:
        with pytest.MonkeyPatch.context() as patches:
            tell_each_request(patches, tick)
            town.sync()
        return outcome(town), ticks


def test_the_day_is_busy(undisturbed: tuple[Any, int]) -> None:
    cases, photos, _, faces, suppressed, failed = undisturbed[0]
    assert [cases[number][0] for number in range(4)] == ["OPEN", "OPEN", "CLOSED", "WITHDRAWN"]
    assert sorted(photo[2] for photo in photos) == ["INDEXED"] * 2 + ["WITHDRAWN"] * 3
    assert len(faces) == 2
    assert suppressed == {2: "RESOLVED", 3: "VANISHED"}
    assert failed == []


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_and_done_again(
    settings: Settings, portraits: Portraits, undisturbed: tuple[Any, int], number: int
) -> None:
    expected, moments = undisturbed
    moment = random.Random(20261122).sample(range(moments), KILLS)[number]
    with town_before_a_busy_day(settings, portraits) as town:
        assert killed_at(town, moment, town.sync)
        again = town.sync()
        assert outcome(town) == expected, f"killed at moment {moment} of {moments}"
        assert again["problems"] == []
        before = town.state()
        assert town.sync()["outcome"] == "COMPLETE"
        assert town.state() == before
