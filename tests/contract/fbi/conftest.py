"""A really started list server, with people of our own and generated items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests

from tests.serving import serving

CASES = 402  # two people of our own, and a whole round of the mix
AS_OF = "2026-06-30"
PERSON = {
    "first_name": "Ada",
    "last_name": "Synthetic-Oak",
    "sex": "Female",
    "ethnicity": "Hispanic / Latino",
    "age": 41,
    "missing_since": "2021-03-04",
    "city": "Chicago",
    "state": "Illinois",
    "synthetic": True,
}


def write_picture(path: Path, seed: int, size: tuple[int, int] = (200, 160)) -> None:
    """A picture of noise: a list server doesn't look for faces."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.resize(noise, size))


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for number in (1, 2, 10):
        write_picture(folder / "ada" / f"photo-{number}.jpg", number)
    (folder / "ada" / "person.json").write_text(json.dumps(PERSON))
    write_picture(folder / "Bo Stone" / "holiday.PNG", 4, (1200, 900))
    return folder


@dataclass
class Server:
    url: str
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return self.session.get(self.url + path, params=parameters, timeout=10)

    def page(self, **parameters: Any) -> dict[str, Any]:
        answer = self.get("/wanted/v1/list", **parameters)
        assert answer.status_code == 200
        return dict(answer.json())

    def items(self, **parameters: Any) -> list[dict[str, Any]]:
        """Every item that the parameters find, in order."""
        pages = (self.page(pageSize=50, page=number, **parameters)["items"] for number in count(1))
        return [item for page in takewhile(bool, pages) for item in page]

    def uids(self) -> set[str]:
        return {item["uid"] for item in self.items()}

    def item(self, uid: str) -> dict[str, Any]:
        return dict(self.get(f"/@wanted-person/{uid}").json())

    def titled(self, title: str) -> dict[str, Any]:
        (item,) = self.items(title=title)
        return item

    def control(self, path: str, /, **body: Any) -> requests.Response:
        return self.session.post(f"{self.url}/_control/{path}", json=body, timeout=10)

    def do(self, **body: Any) -> list[str]:
        """Something happens to some items; their uids."""
        answer = self.control("items", **body)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["uids"])

    def told(self) -> dict[str, dict[str, Any]]:
        """What the control paths tell of every item, by uid."""
        return {item["uid"]: item for item in self.get("/_control/items").json()}


@pytest.fixture(scope="session")
def _server(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ["--cases", str(CASES), "--seed", "3", "--people", str(people), "--as-of", AS_OF]
    log = tmp_path_factory.mktemp("fbi") / "log"
    with serving("standins.fbi", *options, log=log) as url:
        yield Server(url)
    assert log.read_text() == ""  # whatever went wrong was meant to


@pytest.fixture
def server(_server: Server) -> Iterator[Server]:
    """The server, in which nothing goes wrong and nothing is withdrawn before and after a test."""
    yield _server
    _server.session.delete(f"{_server.url}/_control/faults", timeout=10)
    _server.control("rate", rate=None)
    _server.do(do="return", share=1)
