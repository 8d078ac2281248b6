"""The FBI's list as a source: only missing persons come through, and their cases go the way of all cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.sources.fbi import FbiSource
from homeward.domain.cases import CaseStatus, PhotoStatus
from homeward.domain.errors import InputError, NotFoundError, SourceError
from homeward.domain.pictures import picture_format
from homeward.settings import Setting, Settings
from tests.deployed import deployed
from tests.serving import serving

EVER = ("1990-01-01", "2100-01-01")
CASES = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    arguments = ("--cases", str(CASES), "--seed", "3", "--faces")
    with serving("standins.fbi", *arguments, log=tmp_path_factory.mktemp("fbi") / "log") as url:
        yield url


@pytest.fixture
def source(url: str) -> FbiSource:
    return FbiSource.from_environment({"HOMEWARD_FBI_URL": url, "HOMEWARD_FBI_REQUESTS_PER_SECOND": "0"})


def control(url: str, **body: Any) -> list[str]:
    answer = requests.post(f"{url}/_control/items", json=body, timeout=10)
    answer.raise_for_status()
    return list(answer.json()["uids"])


def missing(url: str) -> set[str]:
    """What the stand-in itself knows to be missing persons, and lists."""
    items = requests.get(f"{url}/_control/items", timeout=10).json()
    return {item["uid"] for item in items if item["what"] == "missing" and item["listed"]}


def test_the_sweep_lists_missing_persons_and_nobody_else(url: str, source: FbiSource) -> None:
    sweep = source.sweep()
    assert sweep.complete
    assert {row.number for row in sweep.rows} == missing(url)
    assert 0 < len(sweep.rows) < CASES
    assert sweep.requests == 2


def test_every_missing_person_can_be_read(source: FbiSource) -> None:
    sexes, ages, classes = set(), set(), set()
    for row in source.sweep().rows:
        record = source.fetch(row.number)
        case = record.case
        assert (case.key.source, case.key.number, case.modified) == ("fbi", row.number, row.modified)
        assert json.loads(record.raw)["uid"] == row.number
        assert case.current_age_min is None or 0 <= case.current_age_min <= 150
        assert case.current_age_max is None or case.current_age_max >= (case.current_age_min or 0)
        sexes.add(case.sex)
        ages.add(case.current_age_max is None)
        classes.add(case.status)
        for image in record.images:
            assert image.identity_id is not None
            assert picture_format(source.picture(row.number, image.identity_id, 10**7))
    assert sexes == {"Male", "Female", None} or sexes == {"Male", "Female"}
    assert ages == {True, False}
    assert CaseStatus.OPEN in classes


def test_who_is_found_is_closed_and_who_is_gone_is_not_there(url: str, source: FbiSource) -> None:
    first, second, *_ = (row.number for row in source.sweep().rows)
    control(url, do="status", uids=[first], status="located")
    assert source.fetch(first).case.status is CaseStatus.CLOSED
    control(url, do="withdraw", uids=[second])
    with pytest.raises(NotFoundError):
        source.fetch(second)
    assert second not in {row.number for row in source.sweep().rows}
    control(url, do="return", uids=[second])
    control(url, do="status", uids=[first], status="na")


def test_nobody_else_s_picture_is_asked_for(url: str, source: FbiSource) -> None:
    requests.delete(f"{url}/_control/requests", timeout=10)
    records = [source.fetch(row.number) for row in source.sweep().rows]
    counts = requests.get(f"{url}/_control/requests", timeout=10).json()
    assert (counts.get("image", 0), counts["item"]) == (0, len(records))


def test_what_is_no_number_is_not_asked_for(source: FbiSource) -> None:
    before = source.traffic
    for number in ("../x", "", "51557"):
        with pytest.raises(InputError):
            source.fetch(number)
    assert source.traffic == before


@pytest.fixture
def fbi(url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    with deployed(tmp_path_factory.mktemp("fbi-stack"), "fbi") as settings:
        monkeypatch.setenv("HOMEWARD_STACK", "fbi")
        monkeypatch.setenv("HOMEWARD_FBI_URL", url)
        monkeypatch.setenv("HOMEWARD_FBI_REQUESTS_PER_SECOND", "0")
        for cached in (bootstrap.settings, bootstrap.source):
            cached.cache_clear()
        yield settings
    for cached in (bootstrap.settings, bootstrap.source):
        cached.cache_clear()


def sync(run: str) -> dict[str, Any]:
    """What the DAG does, without Airflow; photos are indexed by the function's own step."""
    bootstrap.sweep_cases("fbi")(run)
    for batch in bootstrap.diff_cases("fbi")(run, *EVER, 50):
        bootstrap.fetch_cases("fbi")(run, batch["batch"])
    bootstrap.withdraw_cases("fbi")(run)
    bootstrap.remove_faces("dag:sync_fbi_cases")(run)
    manifest = bootstrap.write_manifest()(run)
    for line in bootstrap.objects().get(manifest["bucket"], manifest["key"]).decode().splitlines():
        bootstrap.index_photo()(json.loads(line))
    return bootstrap.summarise_sync("fbi")(run)


def test_cases_come_home_and_leave_like_any_others(url: str, fbi: Settings) -> None:
    report = sync("first")
    assert (report["outcome"], report["problems"]) == ("COMPLETE", [])
    assert report["cases"] == {"NEW": len(missing(url))}
    assert report["index"]["INDEXED"] > 0
    listed = client("rekognition").list_faces(CollectionId="missing-people-1", MaxResults=1000)["Faces"]
    numbers = {face["ExternalImageId"].split(":")[2] for face in listed}
    assert numbers <= missing(url)
    assert sync("second")["cases"] == {}
    gone = numbers.pop()
    control(url, do="withdraw", uids=[gone])
    assert sync("third")["absent"] == {"MISSED_ONCE": 1}
    assert sync("fourth")["absent"] == {"WITHDRAWN": 1}
    key = next(key for key in bootstrap.suppressions().all() if key.case.number == gone).case
    assert all(photo.status is not PhotoStatus.INDEXED for photo in bootstrap.cases().photos_of(key))
    bucket = fbi[Setting.CASES_BUCKET]
    assert b"Cases that the index lacks" in bootstrap.objects().get(bucket, "sync/fourth/report.html")


@pytest.mark.parametrize("fault", ["html", "truncated", "wrong_types"])
def test_a_broken_list_is_an_error_and_not_an_empty_one(url: str, source: FbiSource, fault: str) -> None:
    answer = requests.post(f"{url}/_control/faults", json={"fault": fault, "on": "list", "times": 1}, timeout=10)
    assert answer.status_code == 201, answer.text
    try:
        sweep = source.sweep()
    except SourceError:
        return
    assert not sweep.complete or {row.number for row in sweep.rows} == missing(url)
