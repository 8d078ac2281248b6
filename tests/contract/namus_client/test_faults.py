"""The case server misbehaves in every way it knows; the client names the trouble, or gets over it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from homeward.adapters.sources import answers
from homeward.adapters.sources.namus import NamusSource
from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import SiteClient
from homeward.domain.errors import (
    NotFoundError,
    ServiceUnavailableError,
    SourceBlockedError,
    SourceError,
    ThrottledError,
)
from homeward.domain.sources import Sweep
from tests.serving import serving

CASES, LIMIT = 400, 2_000_000
SECONDS = 10  # no trouble may last longer


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("namus") / "log"
    with serving("standins.namus", "--cases", str(CASES), "--seed", "7", log=log) as url:
        yield url


@pytest.fixture(scope="module")
def pictured(stand_in: str) -> tuple[int, int]:
    """The number of a case, and the identity of an image of it."""
    source = source_of(stand_in)
    images = ((row.number, image) for row in source.sweep().rows for image in source.fetch(row.number).images)
    return next((number, image.identity_id) for number, image in images if image.identity_id)


def source_of(url: str) -> NamusSource:
    return NamusSource(SiteClient(Site("HOMEWARD_NAMUS", url, requests_per_second=0, pause_seconds=0.001)), page=50)


class Trouble:
    """A source at the case server, and a switch for its faults."""

    def __init__(self, url: str, pictured: tuple[int, int]) -> None:
        self.url, self.source = url, source_of(url)
        self.number, self.identity = pictured

    def begin(self, fault: str, on: str, **options: Any) -> None:
        answer = requests.post(f"{self.url}/_control/faults", json={"fault": fault, "on": on, **options}, timeout=10)
        assert answer.status_code == 201, answer.text

    def end(self) -> None:
        requests.delete(f"{self.url}/_control/faults", timeout=10).raise_for_status()

    def ask(self, kind: str) -> Sweep | bytes:
        """Make the request of that kind; a record's bytes, a picture's, or the sweep."""
        if kind == "detail":
            return self.source.fetch(self.number).raw
        if kind == "image":
            return self.source.picture(self.number, self.identity, LIMIT)
        return self.source.sweep()


@pytest.fixture
def trouble(stand_in: str, pictured: tuple[int, int]) -> Iterator[Trouble]:
    found = Trouble(stand_in, pictured)
    yield found
    found.end()


ANYWHERE = ("states", "search", "detail", "image")
JSON = ("states", "search", "detail")
FATAL: list[tuple[str, dict[str, Any], type[Exception], tuple[str, ...]]] = [
    ("status", {"status": 403}, SourceBlockedError, ANYWHERE),
    ("status", {"status": 404}, NotFoundError, ("detail", "image")),
    ("status", {"status": 401}, SourceError, ANYWHERE),
    ("status", {"status": 400}, SourceError, ANYWHERE),
    ("status", {"status": 429}, ThrottledError, ANYWHERE),
    ("status", {"status": 500}, ServiceUnavailableError, ANYWHERE),
    ("status", {"status": 503}, ServiceUnavailableError, ANYWHERE),
    ("redirect", {"to": "http://127.0.0.1:1"}, SourceError, ANYWHERE),
    ("html", {}, SourceError, JSON),
    ("truncated", {}, SourceError, JSON),
    ("truncated", {"part": 0}, SourceError, JSON),
    ("wrong_types", {"set": {"count": "many"}}, SourceError, ("search",)),
    ("wrong_types", {}, SourceError, ("states", "detail")),
    ("wrong_length", {"by": 100}, ServiceUnavailableError, ANYWHERE),
    ("wrong_length", {"by": -20}, SourceError, JSON),
    ("drop", {"when": "before"}, ServiceUnavailableError, ANYWHERE),
    ("drop", {"when": "middle", "how": "close"}, ServiceUnavailableError, ANYWHERE),
    ("drop", {"when": "middle", "how": "reset"}, ServiceUnavailableError, ANYWHERE),
    ("endless", {}, SourceError, JSON),
    ("gzip_bomb", {"mebibytes": 512}, SourceError, JSON),
    ("drip", {"piece": 1, "pause": 0.02}, ServiceUnavailableError, ANYWHERE),
]


@pytest.mark.parametrize(
    ("fault", "options", "error", "kind"),
    [(fault, options, error, kind) for fault, options, error, kinds in FATAL for kind in kinds],
    ids=lambda value: str(value) if isinstance(value, str | dict) else "",
)
def test_what_cannot_be_used_is_named_quickly(
    trouble: Trouble,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    options: dict[str, Any],
    error: type[Exception],
    kind: str,
) -> None:
    if fault == "drip":
        monkeypatch.setattr(answers, "BODY_SECONDS", 0.3)
    trouble.begin(fault, kind, **options)
    began = time.monotonic()
    with pytest.raises(error):
        trouble.ask(kind)
    assert time.monotonic() - began < SECONDS


PASSING: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500, "times": 2}),
    ("drop", {"times": 2, "how": "reset"}),
    ("drop", {"times": 2, "how": "close"}),
    ("slow", {"seconds": 0.2, "times": 1}),
    ("wrong_content_type", {"content_type": "image/x-png"}),
]
WAITING: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 429, "retry_after": 1, "times": 1}),
    ("status", {"status": 503, "retry_after": 2, "as_date": True, "times": 1}),
]


@pytest.mark.parametrize(
    ("kind", "fault", "options"),
    [("search", *passing) for passing in PASSING] + [("image", *passing) for passing in PASSING + WAITING],
    ids=str,
)
def test_what_passes_is_got_over(trouble: Trouble, kind: str, fault: str, options: dict[str, Any]) -> None:
    before = trouble.ask(kind)
    trouble.begin(fault, kind, **options)
    after = trouble.ask(kind)
    if isinstance(before, Sweep):
        assert isinstance(after, Sweep)
        assert (after.rows, after.complete) == (before.rows, True)
    else:
        assert after == before


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("huge_picture", {}),
        ("huge_picture", {"chunked": True}),
        ("endless", {}),
        ("gzip_bomb", {"mebibytes": 512}),
    ],
    ids=str,
)
def test_a_picture_beyond_the_limit_is_cut_there(trouble: Trouble, fault: str, options: dict[str, Any]) -> None:
    trouble.begin(fault, "image", **options)
    before, began = trouble.source.traffic, time.monotonic()
    assert len(trouble.source.picture(trouble.number, trouble.identity, LIMIT)) == LIMIT + 1
    assert (trouble.source.traffic - before).bytes < LIMIT + 200_000
    assert time.monotonic() - began < SECONDS


def test_a_row_of_wrong_types_is_read_again(trouble: Trouble) -> None:
    trouble.begin("wrong_types", "search", after=3, times=1)
    sweep = trouble.source.sweep()
    assert (sweep.complete, sweep.notes[0]) == (True, "1 results couldn't be read")


def test_a_row_that_stays_wrong_makes_the_sweep_incomplete(trouble: Trouble) -> None:
    trouble.begin("wrong_types", "search")
    sweep = trouble.source.sweep()
    assert not sweep.complete
    assert any(note.endswith("results couldn't be read") for note in sweep.notes)


@pytest.mark.parametrize("what", ["withdraw", "touch", "publish"])
@pytest.mark.parametrize("times", [1, 3, 1_000])
def test_an_index_that_drifts_is_read_whole_or_called_incomplete(trouble: Trouble, what: str, times: int) -> None:
    always = {row.number for row in trouble.source.sweep().rows}
    trouble.begin("drift", "search", what=what, after=2, times=times)
    sweep = trouble.source.sweep()
    trouble.end()
    gone = always - {row.number for row in trouble.source.sweep().rows}
    if sweep.complete:
        assert always - gone <= {row.number for row in sweep.rows}
    else:
        assert times > 1
        assert sweep.notes
    requests.post(f"{trouble.url}/_control/cases", json={"do": "restore"}, timeout=10)
