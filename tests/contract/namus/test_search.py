"""Search, as its clients know it."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
import requests

from .conftest import CASES, Server

BROWSER = [
    "idFormatted", "dateOfLastContact", "lastName", "firstName", "computedMissingMinAge", "computedMissingMaxAge",
    "cityOfLastContact", "countyDisplayNameOfLastContact", "stateDisplayNameOfLastContact", "gender", "raceEthnicity",
    "modifiedDateTime", "namus2Number",
]  # fmt: skip


def is_in(field: str, *values: str) -> dict[str, Any]:
    return {"field": field, "operator": "IsIn", "values": list(values)}


@pytest.mark.parametrize("body", [{}, {"projections": []}, {"take": 5, "skip": 2}])
def test_without_projections_the_count_is_right_and_the_results_are_empty(server: Server, body: dict[str, Any]) -> None:
    assert server.search(**body).json() == {"count": CASES, "results": []}


def test_the_browsers_own_request(server: Server) -> None:
    answer = server.search(
        predicates=[is_in("stateOfLastContact", "California")],
        take=25,
        skip=0,
        projections=BROWSER,
        orderSpecifications=[{"field": "dateOfLastContact", "direction": "Descending"}],
        documentFragments=["birthDate"],
    )
    assert answer.status_code == 200
    assert answer.json().keys() == {"count", "results"}
    rows = answer.json()["results"]
    assert len(rows) == 25
    extra = {"link", "image", "currentAgeFrom", "currentAgeTo", "missingAgeRangeValue"}
    for row in rows:
        assert row.keys() == {*BROWSER, *extra}
        assert row["stateDisplayNameOfLastContact"] == "CA"
        assert row["idFormatted"] == f"MP{row['namus2Number']}"
        assert row["link"] == f"/MissingPersons/Case#/{row['namus2Number']}"
        home = "/api/CaseSets/NamUs/MissingPersons/Cases"
        assert row["image"] == f"{home}/{row['namus2Number']}/Images/Default/Thumbnail"
    dates = [row["dateOfLastContact"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    assert all(date.endswith("T00:00:00") for date in dates)


def test_absent_values_are_null_and_come_last(server: Server) -> None:
    rows = server.rows(
        predicates=[is_in("stateOfLastContact", "District of Columbia")],
        projections=["firstName", "dateOfLastContact", "computedMissingMinAge", "gender"],
        orderSpecifications=[{"field": "dateOfLastContact", "direction": "Descending"}],
        take=1000,
    )
    assert rows[-1]["firstName"] == "Bo"
    assert rows[-1]["dateOfLastContact"] is None
    assert rows[-1]["computedMissingMinAge"] is None
    assert rows[-1]["gender"] == "Unsure"
    assert all(row["dateOfLastContact"] for row in rows[:-1])


@pytest.mark.parametrize("path", ["missingpersons/search", "MISSINGPERSONS/Search", "MissingPersons/sEARCH"])
def test_paths_are_taken_in_any_case(server: Server, path: str) -> None:
    answer = requests.post(f"{server.url}/api/casesets/NAMUS/{path}", json={"take": 1}, timeout=10)
    assert answer.json()["count"] == CASES


def test_pages_cover_every_case_once(server: Server) -> None:
    numbers = [
        row["namus2Number"]
        for skip in range(0, 10_000, 2000)
        for row in server.rows(skip=skip, take=2000, projections=["namus2Number"])
    ]
    assert len(set(numbers)) == len(numbers) == 10_000


def test_no_state_lists_every_case_and_some_are_listed_twice(server: Server) -> None:
    states = [state["name"] for state in server.get("/api/CaseSets/NamUs/States").json()]
    fields = ["namus2Number", "stateOfLastContact"]
    asked = [
        (state, row)
        for state in states
        for row in server.rows(predicates=[is_in("stateOfLastContact", state)], projections=fields, take=10_000)
    ]
    listed = Counter(row["namus2Number"] for _, row in asked)
    assert CASES * 0.99 < len(listed) < CASES
    assert CASES * 0.005 < sum(count == 2 for count in listed.values()) < CASES * 0.02
    assert max(listed.values()) == 2
    # A row shows one state only, perhaps not the one that was asked for.
    assert sum(row["stateOfLastContact"] != state for state, row in asked) == sum(n == 2 for n in listed.values())
    assert server.search(predicates=[is_in("stateOfLastContact", *states)]).json()["count"] == len(listed)


def test_cases_without_a_state_of_the_list_are_found_unfiltered(server: Server) -> None:
    states = {state["name"] for state in server.get("/api/CaseSets/NamUs/States").json()}
    rows = server.rows(take=10_000, projections=["namus2Number", "stateOfLastContact"])
    unplaced = [row for row in rows if row["stateOfLastContact"] not in states]
    assert {row["stateOfLastContact"] for row in unplaced} == {None, "Guam"}
    for row in (next(row for row in unplaced if row["stateOfLastContact"] == state) for state in (None, "Guam")):
        address = server.case(row["namus2Number"])["sighting"]["address"]
        assert address.get("state", {}).get("name") == row["stateOfLastContact"]
    assert server.search(predicates=[is_in("stateOfLastContact", "None")]).json()["count"] == 0


@pytest.mark.parametrize(
    ("skip", "take", "status"), [(0, 10_000, 200), (9_999, 1, 200), (10_000, 1, 400), (1, 10_000, 400)]
)
def test_nothing_beyond_the_window_can_be_asked_for(server: Server, skip: int, take: int, status: int) -> None:
    assert server.search(skip=skip, take=take, projections=["namus2Number"]).status_code == status


def test_every_unknown_projection_is_named(server: Server) -> None:
    answer = server.search(projections=["namus2Number", "xyz", "dateOfBirth"])
    assert answer.status_code == 400
    assert answer.json()["errors"] == ['Invalid field name "xyz"', 'Invalid field name "dateOfBirth"']


@pytest.mark.parametrize(
    "predicate",
    [
        {"field": "lastName", "operator": "Contains", "value": "Oak"},
        {"field": "lastName", "operator": "IsEqualTo", "value": "Oak"},
        {"field": "stateOfLastContact", "operator": "IsIn", "value": "California"},
        {"field": "computedMissingMinAge", "operator": "LessThanOrEqualTo", "values": [3]},
        {"field": "modifiedDateTime", "operator": "GreaterThanOrEqualTo", "value": "2026-01-01T00:00:00"},
    ],
)
def test_an_operator_that_the_site_does_not_know_is_its_own_fault(server: Server, predicate: dict[str, Any]) -> None:
    assert server.search(predicates=[predicate], projections=["namus2Number"]).status_code == 500


def test_ages_can_be_compared(server: Server) -> None:
    between = [
        {"field": "computedMissingMinAge", "operator": "GreaterThanOrEqualTo", "value": 30},
        {"field": "computedMissingMaxAge", "operator": "LessThanOrEqualTo", "value": 32},
    ]
    rows = server.rows(predicates=between, projections=["computedMissingMinAge"], take=10_000)
    assert {row["computedMissingMinAge"] for row in rows} == {30, 31, 32}


def test_ethnicity_is_a_string_or_a_list_and_both_are_found(server: Server) -> None:
    inner = [is_in("raceEthnicity", "Asian")]
    nested = [{"field": "ethnicities", "operator": "Matches", "predicates": inner}]
    rows = server.rows(predicates=nested, projections=["raceEthnicity"], take=10_000)
    assert rows == server.rows(predicates=inner, projections=["raceEthnicity"], take=10_000)
    assert {type(row["raceEthnicity"]) for row in rows} == {str, list}
    assert all(row["raceEthnicity"] in ("Asian", ["Asian"]) for row in rows)


def test_of_unclaimed_persons_there_are_none(server: Server) -> None:
    url = f"{server.url}/api/CaseSets/NamUs/UnclaimedPersons/Search"
    answer = requests.post(url, json={"projections": ["namus2Number", "stateFound"]}, timeout=10)
    assert answer.json() == {"count": 0, "results": []}


def test_old_numbers_mean_a_missing_and_an_unidentified_person(server: Server) -> None:
    other = f"{server.url}/api/CaseSets/NamUs/UnidentifiedPersons"
    fields = ["namus2Number", "idFormatted", "sex", "dateFound", "stateOfRecovery", "modifiedDateTime"]
    rows = requests.post(f"{other}/Search", json={"projections": fields}, timeout=10).json()["results"]
    assert len(rows) == 20
    numbers = [row["namus2Number"] for row in rows]
    shared = [number for number in numbers if requests.get(f"{server.missing}/Cases/{number}", timeout=10).ok]
    assert len(shared) >= 5
    assert max(shared) < 20_000
    for number in shared:
        found = requests.get(f"{other}/Cases/{number}", timeout=10).json()
        assert found["idFormatted"] == f"UP{number}"
        assert found["circumstances"]["dateFound"] in {row["dateFound"][:10] for row in rows}
        assert not {"subjectIdentification", "sighting", "vehicles", "hrefQRCode"} & found.keys()
        assert found["hrefDefaultImagePoster"].startswith("/api/CaseSets/NamUs/UnidentifiedPersons/Cases/")
        assert server.case(number)["idFormatted"] == f"MP{number}"
    assert {found["name"] for row in rows for found in _categories(other, row["namus2Number"])} <= {
        "ArtistRendering", "Tattoo", "Clothing",
    }  # fmt: skip
    unknown = requests.post(f"{other}/Search", json={"projections": ["firstName"]}, timeout=10)
    assert unknown.json() == {"errors": ['Invalid field name "firstName"']}


def _categories(other: str, number: int) -> list[dict[str, Any]]:
    images = requests.get(f"{other}/Cases/{number}", timeout=10).json()["images"]
    for image in images:
        assert requests.get(other.split("/api")[0] + image["files"]["original"]["href"], timeout=10).ok
    return [image["category"] for image in images]


def test_old_numbers_were_given_out_first(server: Server) -> None:
    rows = server.rows(take=10_000, projections=["namus2Number", "createdDateTime"])
    rows.sort(key=lambda row: row["namus2Number"])
    assert sum(row["namus2Number"] < 20_000 for row in rows) > 100
    assert [row["createdDateTime"] for row in rows] == sorted(row["createdDateTime"] for row in rows)


def test_many_results_with_many_fields_take_long(server: Server) -> None:
    began = time.monotonic()
    assert len(server.rows(take=4_000, projections=BROWSER[:11])) == 4_000
    assert 1 <= time.monotonic() - began < 10


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'{"take": "ten"}', b'{"take": -1}', b'{"skip": true}', b'{"projections": "a"}',
             b'{"predicates": {}}', b'{"predicates": [1]}', b"x" * 1_100_000, b"[" * 900_000, b"\xff\xfe"]
)  # fmt: skip
def test_a_body_that_is_no_search_is_refused(server: Server, body: bytes) -> None:
    assert requests.post(f"{server.missing}/Search", data=body, timeout=10).status_code == 400
