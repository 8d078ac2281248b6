"""Detections, questions and alerts of up to a year, and records of closed cases: filled in, and what must be left.

What must be left is told by days alone, so that it doesn't depend on the rules that it checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.holdings import progress, write
from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.case_items import case_item
from homeward.adapters.dynamodb import scan
from homeward.domain.cases import CaseStatus
from homeward.domain.detections import iso
from homeward.settings import Setting
from tests.factories import case, case_key

YEAR = 365  # days; a step of 149 goes through all of them before it comes to one again
OPEN_EVERY = 50  # one in so many is still open, however old
CLOSED_EVERY = 10  # cases
CROP_DAYS, DETECTION_DAYS, ANSWER_DAYS, RECORD_DAYS = 30, 60, 180, 30  # of policy/retention.json, and keep_until
CROP = b"\xff\xd8\xff\xe0 a crop is as good as another here"


@dataclass(frozen=True, slots=True)
class Sightings:
    """Half of `rows` are detections, a quarter questions and a quarter alerts; every tenth of `cases` is closed."""

    rows: int
    cases: int
    now: datetime

    def store(self) -> None:
        """Put all of it."""
        crops = self._objects(Setting.PICTURES_BUCKET, [_crop(number) for number in range(self.rows // 2)], CROP)
        detections = (self._detection(number, version) for number, version in enumerate(crops))
        self._put(Setting.DETECTIONS_TABLE, detections, self.rows // 2)
        self._put(Setting.REVIEWS_TABLE, map(self._review, range(self.rows // 4)), self.rows // 4)
        self._put(Setting.ALERTS_TABLE, map(self._alert, range(self.rows // 4)), self.rows // 4)
        self._put(Setting.SUPPRESSIONS_TABLE, map(self._suppression, self._closed()), len(self._closed()))
        closed = (case_item(case(number, status=CaseStatus.CLOSED)) for number in self._closed())
        self._put(Setting.CASES_TABLE, closed, len(self._closed()))
        self._objects(Setting.CASES_BUCKET, [_record(number) for number in range(self.cases)], b"{}")

    def wrong(self) -> Iterator[tuple[str, str]]:
        """What is there and must not be, or must be and isn't: (store, key)."""
        detections, quarter = range(self.rows // 2), range(self.rows // 4)
        yield from self._differs(
            "detections", _keys(Setting.DETECTIONS_TABLE, "detection_id"), detections, _name, DETECTION_DAYS
        )
        yield from self._differs("reviews", _keys(Setting.REVIEWS_TABLE, "detection_id"), quarter, _name, ANSWER_DAYS)
        yield from self._differs("alerts", _keys(Setting.ALERTS_TABLE, "alert_id"), quarter, _name, ANSWER_DAYS)
        yield from self._differs("crops", _objects(Setting.PICTURES_BUCKET, "crops/"), detections, _crop, CROP_DAYS)
        records = {_record(number) for number in range(self.cases)}
        records -= {_record(number) for number in self._closed() if _age(number) >= RECORD_DAYS}
        yield from (("records", key) for key in records ^ _objects(Setting.CASES_BUCKET, "raw/"))

    def _differs(
        self, what: str, there: set[str], numbers: range, key: Callable[[int], str], days: int
    ) -> Iterator[tuple[str, str]]:
        wanted = {key(number) for number in numbers if _is_open(number) or _age(number) < days}
        yield from ((what, name) for name in wanted ^ there)

    # ------------------------------------------------------------------------------------- what is put

    def _detection(self, number: int, version: str) -> dict[str, Any]:
        ended, bucket = self._ago(number), _bucket(Setting.PICTURES_BUCKET)
        row = {
            "detection_id": _name(number),
            "picture": {"bucket": bucket, "key": _crop(number), "version": version, "size": len(CROP)},
            "camera": "gate",
            "place": f"place{number % 200}",
            "captured_at": iso(ended),
            "received_at": iso(ended),
            "case": str(case_key(number % self.cases)),
            "candidates": [{"case": str(case_key(number % self.cases)), "similarity": 91, "photos": 1}],
        }
        if _is_open(number):
            return {**row, "state": "IN_REVIEW", "unfinished": "IN_REVIEW", "moved_at": iso(ended)}
        until = {"keep_until": iso(ended + timedelta(days=CROP_DAYS)), "kept_because": "ALERTED"}
        return {**row, "state": "FINISHED", "outcome": "ALERTED", "finished_at": iso(ended), **until}

    def _review(self, number: int) -> dict[str, Any]:
        asked = self._ago(number)
        row = {"detection_id": _name(number), "case": str(case_key(number % self.cases)), "asked_at": iso(asked)}
        row |= {"expires_at": iso(asked + timedelta(hours=1)), "token": "t", "reviewers": 1, "question": {"best": 91}}
        if _is_open(number):
            return {**row, "state": "OPEN", "open": "OPEN"}
        return {**row, "state": "DECIDED", "verdict": "CONFIRMED", "decided_at": iso(asked)}

    def _alert(self, number: int) -> dict[str, Any]:
        at = self._ago(number)
        place = f"{case_key(number % self.cases)}#place{number % 200}"
        row = {"case_place": place, "alert_id": _name(number), "case": place.split("#")[0], "reserved_at": iso(at)}
        return {**row, "state": "PENDING"} if _is_open(number) else {**row, "state": "SENT", "sent_at": iso(at)}

    def _suppression(self, number: int) -> dict[str, Any]:
        since = iso(self._ago(number))
        return {"case": str(case_key(number)), "reason": "RESOLVED", "since": since, "by": "dag:bench", "note": ""}

    def _closed(self) -> range:
        return range(0, self.cases, CLOSED_EVERY)

    def _ago(self, number: int) -> datetime:
        """Half a day before the day is full: no row is at a limit."""
        return self.now - timedelta(days=_age(number) + 0.5)

    # ------------------------------------------------------------------------------------- how

    def _put(self, setting: Setting, items: Iterator[dict[str, Any]], count: int) -> None:
        table, rows = bootstrap.settings()[setting], list(items)
        batches = [rows[first : first + 25] for first in range(0, count, 25)]
        with ThreadPoolExecutor(8) as threads:
            list(progress(f"storing {setting}", threads.map(lambda some: write(table, some), batches), len(batches)))

    def _objects(self, setting: Setting, keys: list[str], body: bytes) -> list[str]:
        """Put them; their versions."""
        bucket = _bucket(setting)

        def put(key: str) -> str:
            return str(client("s3").put_object(Bucket=bucket, Key=key, Body=body).get("VersionId"))

        with ThreadPoolExecutor(8) as threads:
            return list(progress(f"storing in {setting}", threads.map(put, keys), len(keys)))


def _age(number: int) -> int:
    return number * 149 % YEAR


def _is_open(number: int) -> bool:
    return number % OPEN_EVERY == 0


def _name(number: int) -> str:
    return f"gate-20260101T000000-{number:012x}"


def _crop(number: int) -> str:
    return f"crops/gate/20260101T000000000Z-{number}.jpg"


def _record(number: int) -> str:
    return f"raw/namus/MP/{number}/1.json"


def _bucket(setting: Setting) -> str:
    return bootstrap.settings()[setting]


def _keys(setting: Setting, name: str) -> set[str]:
    return {str(row[name]) for row in scan(bootstrap.settings()[setting], name)}


def _objects(setting: Setting, prefix: str) -> set[str]:
    """Every version there is of it; marks of deletion are left out."""
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=_bucket(setting), Prefix=prefix)
    return {one["Key"] for page in pages for one in page.get("Versions", [])}
