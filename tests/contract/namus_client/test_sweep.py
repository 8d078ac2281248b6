"""Reading NamUs's index, records and pictures: the real client over HTTP, against scripted quirks and the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from homeward.adapters.namus import PAGE, PROJECTIONS, READS, NamusSource
from homeward.adapters.web import Site, SiteClient
from homeward.domain.errors import NotFoundError, SourceError
from homeward.domain.pictures import picture_format
from tests.contract.namus_client.scripted import Answer, Asked, ScriptedServer, scripted_server
from tests.factories import namus
from tests.serving import serving

SEARCH = f"{namus.ROOT}/MissingPersons/Search"


class Index:
    """A scripted search: cases by state, answered like the service does."""

    def __init__(self, server: ScriptedServer, states: dict[str, list[dict[str, Any]]]) -> None:
        self.states, self.server = states, server
        server.answers[f"{namus.ROOT}/States"] = [Answer([{"name": name} for name in states])]
        server.answers[SEARCH] = self.search

    def search(self, asked: Asked) -> Answer:
        wanted = asked.body["predicates"][0]["values"] if asked.body["predicates"] else list(self.states)
        rows = list({row["namus2Number"]: row for state in wanted for row in self.states[state]}.values())
        if not asked.body["predicates"]:
            return Answer({"count": len(rows), "results": rows[:1]})
        return Answer({"count": len(rows), "results": rows[asked.body["skip"] :][: asked.body["take"]]})


def row(number: int, modified: str = "2026-11-20T12:00:00") -> dict[str, Any]:
    return namus.index_row(namus.record(number, modifiedDateTime=modified))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def source(server: ScriptedServer) -> NamusSource:
    return NamusSource(SiteClient(Site("HOMEWARD_NAMUS", server.url, requests_per_second=0, pause_seconds=0.01)))


def test_every_page_of_every_state(server: ScriptedServer, source: NamusSource) -> None:
    Index(server, {"Iowa": [row(n) for n in range(1, 2 * PAGE + 2)], "Utah": [row(9001)], "Guam": []})
    sweep = source.sweep()
    assert [found.number for found in sweep.rows] == [*range(1, 2 * PAGE + 2), 9001]
    assert sweep.complete
    assert sweep.requests == len(server.asked) == 1 + 1 + 3 + 1 + 1  # count, states, Iowa, Utah, Guam
    searches = [asked.body for asked in server.asked if asked.path == SEARCH]
    assert all(body["projections"] == list(PROJECTIONS) for body in searches)


def test_a_case_under_two_states_counts_once_in_its_newest_form(server: ScriptedServer, source: NamusSource) -> None:
    Index(server, {"Iowa": [row(7, "2026-11-20T12:00:00")], "Utah": [row(7, "2026-11-21T12:00:00")]})
    sweep = source.sweep()
    assert [(found.number, found.modified) for found in sweep.rows] == [(7, "2026-11-21T12:00:00")]
    assert sweep.complete


def test_a_case_without_state_makes_the_sweep_incomplete(server: ScriptedServer, source: NamusSource) -> None:
    index = Index(server, {"Iowa": [row(1)]})
    answer = index.search
    server.answers[SEARCH] = lambda asked: (
        answer(asked) if asked.body["predicates"] else Answer({"count": 2, "results": [row(1)]})
    )
    assert not source.sweep().complete


def test_a_state_that_changes_while_we_page_is_read_again(server: ScriptedServer, source: NamusSource) -> None:
    index = Index(server, {"Iowa": [row(n) for n in range(1, PAGE + 6)]})
    real = index.search

    def moving(asked: Asked) -> Answer:
        answer = real(asked)
        if asked.body["predicates"] and len(index.states["Iowa"]) == PAGE + 5:
            del index.states["Iowa"][0]  # everything moves up: the first of page two is now the last of page one
        return answer

    server.answers[SEARCH] = moving
    assert {found.number for found in source.sweep().rows} == set(range(2, PAGE + 6))


def test_a_row_that_cannot_be_read_is_left_out_and_missed(server: ScriptedServer, source: NamusSource) -> None:
    broken = [
        {"namus2Number": "x"},
        {**row(3), "modifiedDateTime": "soon"},
        "text",
        {**row(4), "createdDateTime": None},
    ]
    index = Index(server, {"Iowa": [row(1)]})
    real = index.search
    server.answers[SEARCH] = lambda asked: (
        Answer({"count": 5, "results": [row(1), *broken]}) if asked.body["predicates"] else real(asked)
    )
    sweep = source.sweep()
    assert [found.number for found in sweep.rows] == [1]
    assert len([asked for asked in server.asked if asked.path == SEARCH]) == 1 + READS


@pytest.mark.parametrize(
    "answer",
    [b"<html>", b'{"count": 1', {"count": "1", "results": []}, {"results": []}, {"count": 1, "results": {}}, [1]],
)
def test_an_answer_that_is_no_search_result_stops_the_sweep(
    server: ScriptedServer, source: NamusSource, answer: Any
) -> None:
    server.answers[SEARCH] = [Answer(answer)]
    with pytest.raises(SourceError):
        source.sweep()


@pytest.mark.parametrize("states", [[], {}, [{"id": 1}], ["Iowa"], b"<html>", [{"name": ""}]])
def test_a_list_of_states_that_is_none_stops_the_sweep(
    server: ScriptedServer, source: NamusSource, states: Any
) -> None:
    Index(server, {"Iowa": [row(1)]})
    server.answers[f"{namus.ROOT}/States"] = [Answer(states)]
    with pytest.raises(SourceError):
        source.sweep()


def test_records_and_pictures_by_their_own_numbers(server: ScriptedServer, source: NamusSource) -> None:
    server.answers[f"{namus.CASES}/51557"] = [Answer(namus.record())]
    server.answers[f"{namus.CASES}/51557/Images/61676/Original"] = [Answer(namus.jpeg())]
    record = source.fetch(51557)
    assert str(record.case.key) == "namus:MP:51557"
    assert record.case.link == f"{server.url}/MissingPersons/Case#/51557"
    assert source.picture(51557, 61676, 10**6) == namus.jpeg()
    with pytest.raises(NotFoundError):
        source.fetch(51558)


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("namus") / "log"
    with serving("standins.namus", "--cases", "3000", "--seed", "7", log=log) as url:
        yield url


def test_the_stand_in_is_read_whole(stand_in: str) -> None:
    source = NamusSource(SiteClient(Site("HOMEWARD_NAMUS", stand_in, requests_per_second=0)))
    requests.delete(f"{stand_in}/_control/requests", timeout=10)
    sweep = source.sweep()
    counted = requests.get(f"{stand_in}/_control/requests", timeout=10).json()
    assert (len(sweep.rows), sweep.complete) == (3000, True)
    assert sum(counted.values()) == sweep.requests <= 70
    with_images = 0
    for row in sweep.rows[:100]:
        record = source.fetch(row.number)
        assert (record.case.created, record.case.modified) == (row.created, row.modified)
        for image in record.images[:1]:
            assert image.identity_id is not None
            assert picture_format(source.picture(row.number, image.identity_id, 10**7))
            with_images += 1
    assert with_images > 0


def test_the_stand_in_withdraws_a_case(stand_in: str) -> None:
    source = NamusSource(SiteClient(Site("HOMEWARD_NAMUS", stand_in, requests_per_second=0)))
    number = source.sweep().rows[0].number
    answer = requests.post(f"{stand_in}/_control/cases/{number}", json={"withdrawn": True}, timeout=10)
    assert answer.status_code == 204
    with pytest.raises(NotFoundError):
        source.fetch(number)
    sweep = source.sweep()
    assert (len(sweep.rows), sweep.complete) == (2999, True)
