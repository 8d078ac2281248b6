"""A really started case server, with people of our own and many generated cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests

from tests.serving import serving

CASES = 26_647  # as many as the site had in June 2026: more than the search window
AS_OF = "2026-06-30"
PERSON = {
    "slug": "ada",
    "first_name": "Ada",
    "last_name": "Synthetic-Oak",
    "sex": "Female",
    "ethnicity": "Asian",
    "age": 41,
    "missing_since": "2021-03-04",
    "city": "Chicago",
    "state": "Illinois",
    "synthetic": True,
}


def write_picture(path: Path, seed: int, size: tuple[int, int] = (200, 160)) -> None:
    """A picture of noise: a case server doesn't look for faces."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.resize(noise, size))


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for number in (1, 2, 10):
        write_picture(folder / "ada" / f"photo-{number}.jpg", number)
    (folder / "ada" / "person.json").write_text(json.dumps(PERSON))
    write_picture(folder / "Bo Stone" / "holiday.PNG", 4)
    (folder / "Bo Stone" / "notes.txt").write_text("not a picture")
    (folder / ".hidden").mkdir()
    return folder


@dataclass
class Server:
    url: str
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    @property
    def missing(self) -> str:
        return f"{self.url}/api/CaseSets/NamUs/MissingPersons"

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=10)

    def search(self, **body: Any) -> requests.Response:
        return self.session.post(f"{self.missing}/Search", json=body, timeout=30)

    def rows(self, **body: Any) -> list[dict[str, Any]]:
        return list(self.search(**body).json()["results"])

    def case(self, number: int) -> dict[str, Any]:
        return dict(self.session.get(f"{self.missing}/Cases/{number}", timeout=10).json())

    def by_name(self, first_name: str, city: str) -> dict[str, Any]:
        """The detail of the only case with that name in that city that has photos."""
        where = [{"field": "cityOfLastContact", "operator": "IsIn", "values": [city]}]
        who = [{"field": "firstName", "operator": "IsIn", "values": [first_name]}]
        rows = self.rows(predicates=where + who, projections=["namus2Number"], take=100)
        (case,) = [case for row in rows if "defaultImage" in (case := self.case(row["namus2Number"]))]
        return case

    def do(self, **body: Any) -> list[int]:
        """Something happens to some cases; their numbers."""
        answer = requests.post(f"{self.url}/_control/cases", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["numbers"])

    def told(self, number: int) -> dict[str, Any]:
        return dict(self.get(f"/_control/cases/{number}").json())

    def fault(self, fault: str, **options: Any) -> int:
        """Switch a fault on; the rule's id."""
        answer = requests.post(f"{self.url}/_control/faults", json={"fault": fault, **options}, timeout=10)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def numbers(self, **body: Any) -> list[int]:
        return [row["namus2Number"] for row in self.rows(**{"projections": ["namus2Number"], "take": 1000} | body)]

    def control(self, number: int, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}/_control/cases/{number}", json=body, timeout=10)


@pytest.fixture(scope="session")
def server(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ["--cases", str(CASES), "--seed", "3", "--people", str(people), "--as-of", AS_OF]
    log = tmp_path_factory.mktemp("namus") / "log"
    with serving("standins.namus", *options, log=log) as url:
        yield Server(url)
    assert log.read_text() == ""


@pytest.fixture(scope="session")
def _small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ["--cases", "400", "--faces", "--seed", "5", "--as-of", AS_OF]
    log = tmp_path_factory.mktemp("small") / "log"
    with serving("standins.namus", *options, log=log) as url:
        yield Server(url)
    assert log.read_text() == ""  # whatever went wrong was meant to


@pytest.fixture
def small(_small: Server) -> Iterator[Server]:
    """A server with 400 cases and drawn faces, in which nothing goes wrong before and after a test."""
    yield _small
    requests.delete(f"{_small.url}/_control/faults", timeout=10)
