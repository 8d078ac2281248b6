"""The client against the case server that stands in for NamUs, as large as NamUs is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from homeward.adapters.sources.namus import NamusSource
from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import SiteClient
from homeward.domain.errors import NotFoundError
from homeward.domain.pictures import picture_format
from homeward.domain.sources import IndexRow, Sweep, Traffic
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[3]
CASES, FEW = 26_647, 2_000


# In a process of its own, whose memory nobody else uses.
SWEEP = """
import dataclasses, json, pathlib, re, sys
from homeward.adapters.sources.namus import NamusSource
source = NamusSource.from_environment({"HOMEWARD_NAMUS_URL": sys.argv[1], "HOMEWARD_NAMUS_REQUESTS_PER_SECOND": "0"})
sweep = source.sweep()
status = pathlib.Path("/proc/self/status")
kilobytes = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) if status.exists() else 0
print(json.dumps([kilobytes * 1024, dataclasses.asdict(sweep)]))
"""


@dataclass(frozen=True)
class Whole:
    """The index as read once, what that took of a process's memory, and what the server counted."""

    sweep: Sweep
    bytes: int
    requests: dict[str, int]


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("namus") / "log"
    with serving("standins.namus", "--cases", str(FEW), "--seed", "7", log=log) as url:
        yield url


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    with serving("standins.namus", "--cases", str(CASES), "--seed", "7", log=tmp_path / "log") as url:
        yield read_whole(url)


def read_whole(url: str) -> Whole:
    command = [sys.executable, "-c", SWEEP, url]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=120)
    memory, found = json.loads(done.stdout)
    found |= {"rows": tuple(IndexRow(**row) for row in found["rows"]), "traffic": Traffic(**found["traffic"])}
    return Whole(Sweep(**found), memory, requests.get(f"{url}/_control/requests", timeout=10).json())


@pytest.fixture
def source(stand_in: str) -> NamusSource:
    return client_of(stand_in)


def client_of(url: str) -> NamusSource:
    return NamusSource(SiteClient(Site("HOMEWARD_NAMUS", url, requests_per_second=0, pause_seconds=0.01)))


def change(stand_in: str, number: int, **changes: Any) -> None:
    answer = requests.post(f"{stand_in}/_control/cases/{number}", json=changes, timeout=10)
    assert answer.status_code == 204


def test_the_whole_index_in_few_requests_and_little_memory(whole: Whole) -> None:
    assert (len(whole.sweep.rows), whole.sweep.complete, whole.sweep.expected) == (CASES, True, CASES)
    assert whole.sweep.traffic.requests == sum(whole.requests.values()) <= 70
    assert whole.sweep.traffic.bytes > CASES * 100
    assert whole.bytes < 100_000_000


def test_a_small_window_finds_the_same(source: NamusSource) -> None:
    """The largest states fall into genders and ages; the pages are many."""
    whole, parts = source.sweep(), NamusSource(source.client, page=50, window=100).sweep()
    assert (parts.complete, parts.rows) == (True, whole.rows)
    assert parts.requests > 2 * whole.requests


def test_records_and_pictures_by_their_own_numbers(source: NamusSource) -> None:
    with_images = 0
    for row in source.sweep().rows[:60]:
        record = source.fetch(row.number)
        assert (record.case.created, record.case.modified) == (row.created, row.modified)
        for image in record.images[:1]:
            assert image.identity_id is not None
            assert picture_format(source.picture(row.number, image.identity_id, 10**7))
            with_images += 1
    asked = {kind: cost.requests for kind, cost in source.client.by_kind.items() if kind != "index"}
    assert asked == {"record": 60, "picture": with_images}


def test_a_withdrawn_case_is_gone_from_index_and_records(stand_in: str, source: NamusSource) -> None:
    number = source.sweep().rows[0].number
    change(stand_in, number, withdrawn=True)
    with pytest.raises(NotFoundError):
        source.fetch(number)
    sweep = source.sweep()
    assert (len(sweep.rows), sweep.complete) == (FEW - 1, True)
    assert number not in {row.number for row in sweep.rows}
    change(stand_in, number, withdrawn=False)
    assert source.fetch(number).case.key.number == number
