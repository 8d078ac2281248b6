"""Images, and the items of a folder of people."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from .conftest import PERSON, Server


def size(data: bytes) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.shape[1], picture.shape[0]


def test_a_person_of_the_folder_is_a_missing_person_with_their_pictures(server: Server, people: Path) -> None:
    item = server.titled("ADA SYNTHETIC-OAK")
    assert server.told()[item["uid"]]["what"] == "missing"
    assert (item["sex"], item["race"], item["race_raw"], item["status"]) == (
        PERSON["sex"], "hispanic", "White (Hispanic)", "na",
    )  # fmt: skip
    assert item["dates_of_birth_used"][0].endswith(("1984", "1985"))  # 41 on the last day of June 2026
    assert "March 4, 2021" in item["details"]
    assert "Chicago, Illinois" in item["details"]
    shown = [server.session.get(image["original"], timeout=10).content for image in item["images"]]
    assert shown[:3] == [(people / "ada" / f"photo-{number}.jpg").read_bytes() for number in (1, 2, 10)]


def test_what_a_person_does_not_state_is_null(server: Server, people: Path) -> None:
    item = server.titled("BO STONE")
    unstated = ("sex", "race", "race_raw", "dates_of_birth_used", "age_min", "age_max", "field_offices", "nationality")
    assert [item[key] for key in unstated] == [None] * len(unstated)
    (image,) = item["images"]
    whole = server.session.get(image["original"], timeout=10)
    assert whole.content == (people / "Bo Stone" / "holiday.PNG").read_bytes()
    assert whole.headers["content-type"] == "image/png"
    assert size(server.session.get(image["large"], timeout=10).content) == (768, 576)
    assert size(server.session.get(image["thumb"], timeout=10).content) == (128, 96)


def test_every_address_of_an_item_is_its_own_picture(server: Server) -> None:
    several = [item for item in server.items() if len(item["images"]) >= 3][:5]
    assert several
    for item in several:
        assert urlsplit(item["images"][0]["original"]).path == f"{item['path']}/@@images/image"
        shown = {server.session.get(image["original"], timeout=10).content for image in item["images"]}
        assert len(shown) == len(item["images"])
        assert all(size(data) for data in shown)


def test_some_images_are_cars_and_nothing_need_say_so(server: Server) -> None:
    cars = [
        image
        for item in server.items()
        for image in item["images"]
        if image["original"].endswith(("sedan-2009.jpg/@@images/image", "pickup-truck.jpg/@@images/image"))
    ]
    assert {image["caption"] for image in cars} == {None, "Vehicle similar to the one pictured"}
    assert any(not item["images"] for item in server.items())


@pytest.mark.parametrize("path", ["/wanted/kidnap/nobody/@@images/image", "{path}/9-photo.jpg/@@images/image"])
def test_an_image_that_is_not_there_is_404(server: Server, path: str) -> None:
    item = server.titled("BO STONE")
    assert server.get(path.format(path=item["path"])).status_code == 404
    assert server.get(f"{item['path']}/@@images/image/huge").status_code == 404


def test_an_image_is_added_replaced_and_removed(server: Server) -> None:
    item = server.titled("BO STONE")
    images = f"{server.url}/_control/items/{item['uid']}/images"
    assert server.session.post(images, params={"caption": "At home"}, timeout=10).json() == {"images": 2}
    changed = server.item(item["uid"])
    added = changed["images"][1]
    assert added["caption"] == "At home"
    assert changed["modified"] > item["modified"]
    before = server.session.get(added["original"], timeout=10).content
    assert server.session.put(f"{images}/2", params={"touch": "false"}, timeout=10).status_code == 200
    assert server.item(item["uid"]) == changed
    assert server.session.get(added["original"], timeout=10).content != before
    assert server.session.delete(f"{images}/2", timeout=10).json() == {"images": 1}
    assert server.session.get(added["original"], timeout=10).status_code == 404
    assert server.session.delete(f"{images}/2", timeout=10).status_code == 404
    assert server.session.post(images, data=b"no picture", timeout=10).status_code == 400
