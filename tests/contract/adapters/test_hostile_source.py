"""A real case server that goes wrong in every way at once: each bad case is told apart, and the others come through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
import requests

from homeward.domain.cases import CaseKey, PhotoStatus
from homeward.settings import Settings
from tests.contract.adapters.town import Town
from tests.serving import serving

CASES, MEGABYTE = 16, 1_000_000
ALWAYS = ("1990-01-01", "2100-01-01")
ON_RECORDS = (
    ({"fault": "html"}, "SourceError"),
    ({"fault": "truncated"}, "SourceError"),
    ({"fault": "wrong_types", "set": {"images": 7}}, "SourceError"),
    ({"fault": "gzip_bomb", "mebibytes": 300}, "SourceError"),
    ({"fault": "endless"}, "SourceError"),
    ({"fault": "redirect", "to": "http://127.0.0.1:1"}, "SourceError"),
)
ON_PICTURES = (
    ({"fault": "huge_picture"}, "TOO_LARGE"),
    ({"fault": "huge_picture", "chunked": True}, "TOO_LARGE"),
    ({"fault": "endless"}, "TOO_LARGE"),
    ({"fault": "png_bomb", "kind": "size"}, "TOO_LARGE"),
    ({"fault": "no_picture"}, "NOT_AN_IMAGE"),
)


@dataclass
class StandIn:
    """A case server in a process of its own, in place of a scripted one."""

    url: str
    answers: dict[str, Any] = field(default_factory=dict)

    def fault(self, rule: dict[str, Any]) -> None:
        """Say what goes wrong from now on."""
        requests.post(f"{self.url}/_control/faults", json=rule, timeout=10).raise_for_status()

    def mend(self) -> None:
        """Everything is right again."""
        requests.delete(f"{self.url}/_control/faults", timeout=10).raise_for_status()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    log = tmp_path_factory.mktemp("hostile") / "log"
    with serving("standins.namus", "--cases", str(CASES), "--faces", "--seed", "5", log=log) as url:
        yield StandIn(url)


def numbers(town: Town) -> list[str]:
    """Cases with pictures that would be admitted, then the others."""
    found: dict[str, int] = {}
    for row in town.source.sweep().rows:
        record = town.source.fetch(row.number)
        found[row.number] = sum(image.category == "FacialCaseId" for image in record.images)
    return sorted(found, key=lambda number: (-found[number], number))


def test_every_hostile_answer_hurts_its_own_case_only(server: StandIn, settings: Settings) -> None:
    town = Town("hostile", server, settings, {})  # type: ignore[arg-type]
    every = numbers(town)
    with_pictures, others = every[: len(ON_PICTURES)], every[len(ON_PICTURES) :]
    bad = dict(zip(others, ON_RECORDS, strict=False))
    for number, (rule, _) in bad.items():
        server.fault({**rule, "on": "detail", "case": int(number)})
    for number, (rule, _) in zip(with_pictures, ON_PICTURES, strict=True):
        server.fault({**rule, "on": "image", "case": int(number)})
    town.cases = {int(number): {} for number in every}
    before = psutil.Process().memory_info().rss
    report = town.sync(ALWAYS)
    assert psutil.Process().memory_info().rss - before < 300 * MEGABYTE

    assert (report["outcome"], report["problems"]) == ("INCOMPLETE", [f"cases that failed: {len(bad)}"])
    failed = {failure["case"]: failure["error"] for failure in report["failures"]}
    assert failed == {f"hostile:MP:{number}": error for number, (_, error) in bad.items()}
    assert report["cases"] == {"NEW": CASES - len(bad), "FAILED": len(bad)}
    for number, (_, reason) in zip(with_pictures, ON_PICTURES, strict=True):
        photos = town.store.photos_of(CaseKey("hostile", "MP", number))
        assert {photo.reason for photo in photos if photo.status is PhotoStatus.REFUSED} >= {reason}, number

    server.mend()
    healed = town.sync(("2000-01-01", "2000-01-02"))  # another day's run: what failed is tried again all the same
    assert (healed["outcome"], healed["diff"]["retried"], healed["cases"]) == ("COMPLETE", len(bad), {"NEW": len(bad)})
    assert len(town.state()[0]) == CASES
