"""As many cases as the real site has, without slowing down. Limits are several times what an idle machine needs."""

from __future__ import annotations

import time

import psutil
import pytest

from .conftest import AS_OF, CASES, Server

FIELDS = ["namus2Number", "idFormatted", "modifiedDateTime", "createdDateTime", "stateOfLastContact"]
ORDER = [{"field": "modifiedDateTime", "direction": "Descending"}]


@pytest.fixture(scope="session")
def process(server: Server) -> psutil.Process:
    """The server's own process."""
    port = int(server.url.rsplit(":", 1)[1])
    return next(
        child
        for child in psutil.Process().children(recursive=True)
        if any(c.laddr.port == port and c.status == "LISTEN" for c in child.net_connections("tcp"))
    )


def work(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def test_a_sweep_of_all_states_is_little_work(server: Server, process: psutil.Process) -> None:
    states = [state["name"] for state in server.get("/api/CaseSets/NamUs/States").json()]
    before, numbers, requests = work(process), set(), 0
    for state in states:
        where = [{"field": "stateOfLastContact", "operator": "IsIn", "values": [state]}]
        skip, count = 0, 1
        while skip < count:
            body = {"predicates": where, "projections": FIELDS, "orderSpecifications": ORDER, "skip": skip}
            page = server.search(**body, take=1000).json()
            numbers |= {row["namus2Number"] for row in page["results"]}
            skip, count, requests = skip + 1000, page["count"], requests + 1
    assert len(numbers) > CASES * 0.99
    assert requests < 70
    assert work(process) - before < 5


def test_a_thousand_results_come_at_once(server: Server, process: psutil.Process) -> None:
    server.search(projections=FIELDS, orderSpecifications=ORDER, take=1)  # sorts them, once
    before = work(process)
    for skip in range(0, 9000, 1000):
        assert len(server.rows(projections=FIELDS, orderSpecifications=ORDER, skip=skip, take=1000)) == 1000
    assert (work(process) - before) / 9 < 0.05


def test_details_are_made_quickly_and_always_the_same(server: Server) -> None:
    numbers = [row["namus2Number"] for row in server.rows(projections=["namus2Number"], take=200)]
    began = time.monotonic()
    first = [server.case(number) for number in numbers]
    assert time.monotonic() - began < 4
    assert [server.case(number) for number in numbers[:20]] == first[:20]
    assert all(case["modifiedDateTime"][:10] <= AS_OF for case in first)


def test_all_of_it_fits_into_little_memory(server: Server, process: psutil.Process) -> None:
    assert server.search().status_code == 200
    assert process.memory_info().rss < 250e6
