"""Details, images, and what the owners of a case may do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests

from .conftest import AS_OF, PERSON, Server

KEYS = {
    "id", "idFormatted", "publicationStatus", "createdDateTime", "modifiedDateTime", "subjectIdentification",
    "subjectDescription", "caseIsResolved", "circumstances", "sighting", "investigatingAgencies", "physicalDescription",
    "images", "documents", "viewPermission", "hrefDefaultImageThumbnail", "hrefDefaultImagePoster", "hrefQRCode",
    "primaryInvestigatingAgency", "clothingAndAccessoriesArticles", "vehicles", "notes", "caseContributors",
}  # fmt: skip


@pytest.fixture(scope="session")
def ada(server: Server) -> dict[str, Any]:
    return server.by_name("Ada", "Chicago")


@pytest.fixture(scope="session")
def bo(server: Server) -> dict[str, Any]:
    return server.by_name("Bo", "Washington")


def values(tree: object) -> Iterator[object]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from values(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from values(value)
    else:
        yield tree


def decoded(data: bytes) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def test_a_person_of_the_folder_has_the_stated_data(ada: dict[str, Any]) -> None:
    assert ada.keys() >= KEYS
    subject = ada["subjectIdentification"]
    assert (subject["firstName"], subject["lastName"]) == ("Ada", "Synthetic-Oak")
    assert subject["currentMinAge"] == subject["currentMaxAge"] == PERSON["age"]
    assert subject["computedMissingMinAge"] in (36, 37)
    assert ada["subjectDescription"]["sex"] == {"id": 2, "name": "Female", "localizedName": "Female"}
    assert [e["name"] for e in ada["subjectDescription"]["ethnicities"]] == ["Asian"]
    assert ada["subjectDescription"]["primaryEthnicity"] == {"id": 0, "name": "Asian", "localizedName": "Asian"}
    assert ada["sighting"]["date"] == "2021-03-04"
    assert ada["sighting"]["address"]["state"] == {"id": 37, "name": "Illinois", "displayName": "IL"}


def test_of_a_person_without_data_nothing_is_made_up(bo: dict[str, Any]) -> None:
    assert bo["subjectIdentification"].keys() == {"id", "firstName", "lastName"}
    assert bo["subjectIdentification"]["lastName"] == "Stone"
    assert bo["subjectDescription"]["sex"]["name"] == "Unsure"
    assert bo["subjectDescription"]["primaryEthnicity"]["name"] == "Uncertain"
    assert not {"heightFrom", "weightFrom"} & bo["subjectDescription"].keys()
    assert "date" not in bo["sighting"]
    assert bo["physicalDescription"].keys() == {"id"}
    assert [image["category"]["name"] for image in bo["images"]] == ["FacialCaseId"]


def test_details_leave_out_what_is_absent(server: Server) -> None:
    for row in server.rows(projections=["namus2Number"], take=50):
        case = server.case(row["namus2Number"])
        assert None not in list(values(case))
        assert case.keys() >= KEYS - {"defaultImage"}
        assert case["subjectIdentification"]["lastName"].startswith(("Synthetic-", "Stone"))
        assert case["caseIsResolved"] is False


def test_search_and_detail_state_the_same_times_and_they_lie_within_the_year(server: Server) -> None:
    rows = server.rows(projections=["namus2Number", "createdDateTime", "modifiedDateTime"], take=10_000)
    first = f"{int(AS_OF[:4]) - 1}{AS_OF[4:]}"
    assert all(first <= row["modifiedDateTime"][:10] <= AS_OF for row in rows)
    assert len({row["modifiedDateTime"][:7] for row in rows}) >= 12
    assert all(row["createdDateTime"] <= row["modifiedDateTime"] for row in rows)
    by_number = sorted(rows, key=lambda row: row["namus2Number"])
    assert [r["createdDateTime"] for r in by_number] == sorted(r["createdDateTime"] for r in rows)
    case = server.case(rows[0]["namus2Number"])
    assert {key: case[key] for key in ("createdDateTime", "modifiedDateTime")} == {
        key: rows[0][key] for key in ("createdDateTime", "modifiedDateTime")
    }


def test_the_first_photo_is_the_default_and_bytes_are_the_files(
    server: Server, ada: dict[str, Any], people: Path
) -> None:
    photos = [image for image in ada["images"] if image["category"]["name"] in ("FacialCaseId", "ActualPhoto")]
    assert [image["category"]["name"] for image in photos] == ["FacialCaseId", "ActualPhoto", "ActualPhoto"]
    assert ada["defaultImage"]["defaultImageIdentityId"] == photos[0]["identityId"]
    for image, name in zip(photos, ("photo-1", "photo-2", "photo-10"), strict=True):
        original = server.get(image["files"]["original"]["href"])
        assert original.content == (people / "ada" / f"{name}.jpg").read_bytes()
        assert original.headers["content-type"] == image["files"]["original"]["mimeType"]
        assert (image["files"]["original"]["width"], image["files"]["original"]["height"]) == (200, 160)
        thumbnail = decoded(server.get(image["files"]["thumbnail"]["href"]).content)
        said = image["files"]["thumbnail"]
        assert thumbnail.shape[:2] == (said["height"], said["width"]) == (96, 120)
        download = server.get(image["hrefDownload"])
        assert download.content == original.content
        assert "attachment" in download.headers["content-disposition"]
    assert server.get(ada["hrefDefaultImagePoster"]).content == (people / "ada" / "photo-1.jpg").read_bytes()
    assert len({image["files"]["original"]["storageKey"] for image in ada["images"]}) == len(ada["images"])


def test_types_have_the_sites_own_names(bo: dict[str, Any], server: Server) -> None:
    original = bo["images"][0]["files"]["original"]
    assert original["mimeType"] in ("image/x-png", "image/png")
    assert server.get(original["href"]).content.startswith(b"\x89PNG")
    assert bo["images"][0]["files"]["thumbnail"]["mimeType"] == "image/jpg"


def test_cases_hold_pictures_that_are_no_portraits(server: Server) -> None:
    seen = set()
    for row in server.rows(projections=["namus2Number"], take=300):
        case = server.case(row["namus2Number"])
        for image in case["images"]:
            if "defaultImage" not in case:
                seen.add((image["category"]["name"], image["caption"]))
                decoded(server.get(image["files"]["original"]["href"]).content)
    assert {category for category, _ in seen} == {"Other", "Tattoo", "AgeProgression"}
    assert {"Signature", "Map of park area searched"} <= {caption for _, caption in seen}


def test_a_case_without_a_portrait_shows_the_placeholder(server: Server) -> None:
    bare = next(
        case
        for row in server.rows(projections=["namus2Number"], take=50)
        if not (case := server.case(row["namus2Number"]))["images"]
    )
    assert "defaultImage" not in bare
    first = server.get(bare["hrefDefaultImageThumbnail"])
    assert first.status_code == 200
    decoded(first.content)
    assert server.get(bare["hrefDefaultImagePoster"]).content == first.content


@pytest.mark.parametrize("path", ["Cases/1", "Cases/abc", "Cases/40000000000000000000", "Cases/-1", "Nothing"])
def test_what_does_not_exist_is_not_found(server: Server, path: str) -> None:
    assert requests.get(f"{server.missing}/{path}", timeout=10).status_code == 404


def test_unknown_images_are_not_found(server: Server, ada: dict[str, Any]) -> None:
    home = f"/api/CaseSets/NamUs/MissingPersons/Cases/{ada['id']}/Images"
    known = ada["images"][0]["identityId"]
    for path in ("1/Original", f"{known}/Huge", f"{known}", "Default/Original"):
        assert server.get(f"{home}/{path}").status_code == 404


def test_states_have_full_names(server: Server) -> None:
    states = server.get("/api/CaseSets/NamUs/States").json()
    assert {"id": 3, "name": "California", "localizedName": "CA", "displayName": "CA"} in states
    assert len(states) == 49


def test_a_withdrawn_case_is_gone_until_it_returns(server: Server) -> None:
    (row,) = server.rows(projections=["namus2Number"], take=1, skip=77)
    number = row["namus2Number"]
    count = server.search().json()["count"]
    assert server.control(number, withdrawn=True).status_code == 204
    assert requests.get(f"{server.missing}/Cases/{number}", timeout=10).status_code == 404
    assert server.get(f"/api/casesets/namus/missingpersons/cases/{number}/images/default/thumbnail").status_code == 404
    assert server.search().json()["count"] == count - 1
    assert server.control(number, withdrawn=False).status_code == 204
    assert server.case(number)["id"] == number
    assert server.search().json()["count"] == count


def test_a_case_can_be_changed(server: Server) -> None:
    (row,) = server.rows(projections=["namus2Number", "modifiedDateTime"], take=1, skip=78)
    number = row["namus2Number"]
    assert server.control(number, modifiedDateTime="2026-06-30T10:20:30.4").status_code == 204
    assert server.case(number)["modifiedDateTime"] == "2026-06-30T10:20:30.4"
    server.control(number, modifiedDateTime=row["modifiedDateTime"])


@pytest.mark.parametrize(
    "body",
    [{}, {"withdrawn": "yes"}, {"name": "x"}, {"modifiedDateTime": "today"}, {"modifiedDateTime": "2026-06-30"},
     {"modifiedDateTime": "2026-06-30T10:20:30Z"}, {"modifiedDateTime": 7}]
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused(server: Server, body: dict[str, Any]) -> None:
    (row,) = server.rows(projections=["namus2Number"], take=1)
    assert server.control(row["namus2Number"], **body).status_code == 400


def test_an_unknown_case_cannot_be_changed(server: Server) -> None:
    assert server.control(1, withdrawn=True).status_code == 404


def test_requests_are_counted_by_kind(server: Server, ada: dict[str, Any]) -> None:
    requests.delete(f"{server.url}/_control/requests", timeout=10)
    server.search()
    server.case(ada["id"])
    server.case(1)
    server.get(ada["images"][0]["files"]["original"]["href"])
    server.get(ada["hrefDefaultImageThumbnail"])
    server.get("/api/CaseSets/NamUs/States")
    counted = json.loads(server.get("/_control/requests").content)
    assert counted == {"search": 1, "detail": 2, "image": 1, "default_image": 1, "states": 1}
