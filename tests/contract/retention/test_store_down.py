"""A store that is down delays its own part of an erasure, and nothing else; whoever dies is carried on with."""

from __future__ import annotations

import itertools
import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import botocore.httpsession
import pytest
from botocore.exceptions import EndpointConnectionError

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain.erasures import ErasureState, Target
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.test_sync_killed import tell_each_request
from tests.contract.adapters.town import now
from tests.contract.retention.sightings import Sightings, mentions, sighted_town
from tests.fakes import FakeOperators

KILLS = 12


@contextmanager
def down(refuses: Callable[[Any], bool]) -> Iterator[None]:
    """Requests that `refuses` says yes to get no answer."""
    send = botocore.httpsession.URLLib3Session.send

    def sent(self: Any, request: Any) -> Any:
        if refuses(request):
            raise EndpointConnectionError(endpoint_url=request.url)
        return send(self, request)

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(botocore.httpsession.URLLib3Session, "send", sent)
        yield


def to_face_service(request: Any) -> bool:
    return b"RekognitionService" in (request.headers.get("X-Amz-Target") or b"")


def to_table(settings: Settings, setting: Setting) -> Callable[[Any], bool]:
    name = settings[setting].encode()
    return lambda request: b"DynamoDB" in (request.headers.get("X-Amz-Target") or b"") and name in (request.body or b"")


def to_bucket(settings: Settings, setting: Setting) -> Callable[[Any], bool]:
    return lambda request: f"/{settings[setting]}" in request.url


def to_topics(request: Any) -> bool:
    return b"Action=Publish" in (request.body if isinstance(request.body, bytes) else str(request.body).encode())


@pytest.mark.parametrize(
    ("store", "waiting"),
    [
        ("faces", {"faces"}),
        ("bucket", {"objects", "files"}),
        ("topics", {"leads", "cases", "detections", "alerts"}),
        ("look_alikes", {"lookalikes"}),
        ("suppressions", {"suppressions", "faces", "files"}),
    ],
)
def test_the_others_are_done_and_this_one_is_pending(seen: Sightings, store: str, waiting: set[str]) -> None:
    refuses = {
        "faces": to_face_service,
        "bucket": to_bucket(seen.settings, Setting.CASES_BUCKET),
        "topics": to_topics,
        "look_alikes": to_table(seen.settings, Setting.LOOKALIKES_TABLE),
        "suppressions": to_table(seen.settings, Setting.SUPPRESSIONS_TABLE),
    }
    key = seen.key(seen.first)
    seen.alerted(0)
    bootstrap.mark_look_alike()(seen.town.key(seen.first), seen.town.key(seen.second), "tester", "as alike as twins")
    with down(refuses[store]):
        erasure = seen.erase(key)
    assert (erasure.state, set(erasure.problems)) == (ErasureState.PENDING, waiting)
    assert {part.name for part in bootstrap.erase_record("x").parts["case"]} - waiting == set(erasure.confirmed)  # type: ignore[index]
    assert mentions(seen.settings, key) != []
    reported = bootstrap.retry_erasures()(dry_run=False)["erasures"]
    assert key not in str(reported), "a report of what is gone must not mention it"
    retried = bootstrap.retention.erasures().get(erasure.target)
    assert retried
    assert (retried.state, retried.attempts) == (ErasureState.DONE, 2)
    assert mentions(seen.settings, key) == []


def test_an_alert_that_may_be_on_its_way_is_waited_for(seen: Sightings) -> None:
    gone = seen.pass_by(0)
    slots = bootstrap.retention.rows(Setting.ALERTS_TABLE)
    slot = next(row for row in slots.all() if row.get("holder") == gone)
    begun = {"attempt_at": {"S": now().isoformat()}}
    key = {name: {"S": slot[name]} for name in slots.key}
    client("dynamodb").update_item(
        TableName=slots.table,
        Key=key,
        UpdateExpression="SET attempt_at = :at",
        ExpressionAttributeValues={":at": begun["attempt_at"]},
    )
    erasure = seen.erase(gone)
    assert "leads" in erasure.problems
    assert "on its way" in erasure.problems["leads"]
    client("dynamodb").update_item(
        TableName=slots.table,
        Key=key,
        UpdateExpression="SET attempt_at = :at",
        ExpressionAttributeValues={":at": {"S": (now() - timedelta(minutes=6)).isoformat()}},
    )
    assert bootstrap.erase_record("test")(Target.parse(gone)).state is ErasureState.DONE


def test_operators_hear_of_an_erasure_that_takes_days(seen: Sightings) -> None:
    key = Target.parse(seen.key(seen.first))
    with down(to_face_service):
        seen.erase(key.id)
        operators = FakeOperators()
        later = replace(
            bootstrap.retry_erasures(), operators=operators, clock=lambda: now() + timedelta(days=3, minutes=1)
        )
        report = later(dry_run=False)
    assert report["late"] >= 1
    assert any(str(key) in text and "faces" in text for _, text, _ in operators.told)
    assert bootstrap.erase_record("test")(key).state is ErasureState.DONE


# --------------------------------------------------------------------------------------------- killed


def killed_at(moment: int, work: Callable[[], object]) -> bool:
    """Do some work in a process of its own that dies at its `moment`-th tick; whether it died."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    try:
        client.cache_clear()  # connections can't be shared with the parent
        moments = itertools.count()

        def tick() -> None:
            if next(moments) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        with pytest.MonkeyPatch.context() as patches:
            tell_each_request(patches, tick)
            work()
    finally:
        os._exit(0)


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_and_done_again(settings: Settings, portraits: Portraits, number: int) -> None:
    with sighted_town(settings, portraits) as seen:
        key = seen.key(seen.first)
        seen.alerted(0)
        moment = random.Random(number).randrange(20, 140)
        assert killed_at(moment, lambda: seen.erase(key))
        erasure = bootstrap.erase_record("test")(Target.parse(key))
        assert erasure.problems == {}
        assert mentions(settings, key) == []
        assert seen.story(f"case:{key}")[-1] == ("erase_record", "ERASED")
