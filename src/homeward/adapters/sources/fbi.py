"""CaseSource for the FBI's public list: missing persons only, told apart before any picture is asked for.

The whole list is some 25 pages, so each sweep reads all of it; that also shows what is gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import SiteClient
from homeward.domain.cases import CaseKey
from homeward.domain.errors import InputError, SourceError
from homeward.domain.fbi_record import is_missing, picture_path, read_item
from homeward.domain.record_values import read_json, time_text
from homeward.domain.sources import IndexRow, SourceRecord, Sweep, Traffic

SETTING, DEFAULT_URL, PICTURES_URL = "HOMEWARD_FBI", "https://api.fbi.gov", "https://www.fbi.gov"
PAGE = 50  # items; the most that the list gives
READS = 3  # of the whole list, while it changes
MAX_ITEMS = 20_000  # the list has some 1,200
MAX_JSON = 8 * 1024 * 1024  # bytes of one page
INDEX, RECORD, PICTURE = "index", "record", "picture"  # kinds of requests
_UID = re.compile(r"[0-9a-f]{32}")


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class FbiSource:
    """The list at `client`, its pictures at `pictures`: two hosts of one operator."""

    client: SiteClient
    pictures: SiteClient
    name: str = field(default="fbi", init=False)
    case_set: str = field(default="MP", init=False)
    # The records read last: a record is read just before its pictures, and only it knows their addresses.
    _records: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> FbiSource:
        """Settings HOMEWARD_FBI_* as of NamUs, and HOMEWARD_FBI_PICTURES_URL."""
        site = Site.from_environment(SETTING, DEFAULT_URL, environ)
        pictures = environ.get(f"{SETTING}_PICTURES_URL") or (PICTURES_URL if site.url == DEFAULT_URL else site.url)
        return cls(SiteClient(site), SiteClient(replace(site, url=pictures.rstrip("/"))))

    @property
    def traffic(self) -> Traffic:
        """See the port."""
        return self.client.traffic + self.pictures.traffic

    def sweep(self) -> Sweep:
        """See the port. Complete when one reading listed as many items as the list says it has before and after."""
        before, notes = self.traffic, list[str]()
        for _ in range(READS):
            items, totals = self._read_list()
            missing = {uid: item for uid, item in items.items() if is_missing(item)}
            rows = tuple(row for row in map(_row, missing.values()) if row)
            if totals == {len(items)} and len(rows) == len(missing):
                return Sweep(rows, len(rows), self.traffic - before, complete=True)
            notes.append(
                f"the list says {sorted(totals)} items and gave {len(items)}; "
                f"{len(rows)} of {len(missing)} missing persons could be read"
            )
        return Sweep(rows, len(missing), self.traffic - before, complete=False, notes=tuple(notes))

    def fetch(self, number: str) -> SourceRecord:
        """See the port."""
        if not _UID.fullmatch(number):
            raise InputError(f"{number!r} is not a number of the FBI's list")
        raw = self._get(f"/@wanted-person/{number}", RECORD)
        record = read_item(CaseKey(self.name, self.case_set, number), raw, _today())
        self._records.clear()
        self._records[number] = raw
        return record

    def picture(self, number: str, identity_id: int, limit: int) -> bytes:
        """See the port. Only the path of the recorded address is used: no record can send us to another host."""
        if number not in self._records:
            self.fetch(number)
        return self.pictures.get(picture_path(self._records[number], identity_id), limit, PICTURE, packed=False)

    def _read_list(self) -> tuple[dict[str, Any], set[int]]:
        """Every item by uid, and the totals that the pages named."""
        items: dict[str, Any] = {}
        totals = set[int]()
        for page in range(1, MAX_ITEMS // PAGE + 1):
            raw = self._get(f"/wanted/v1/list?page={page}&pageSize={PAGE}&sort_on=modified&sort_order=desc", INDEX)
            answer = read_json(raw, "the list")
            total, found = (answer.get("total"), answer.get("items")) if isinstance(answer, dict) else (None, None)
            if type(total) is not int or not isinstance(found, list):
                raise SourceError("the list answered without total or items")
            totals.add(total)
            items.update({str(item["uid"]): item for item in found if isinstance(item, dict) and "uid" in item})
            if not found or len(items) >= total:
                break
        return items, totals

    def _get(self, path: str, kind: str) -> bytes:
        raw = self.client.get(path, MAX_JSON, kind)
        if len(raw) > MAX_JSON:
            raise SourceError(f"{path} answers more than {MAX_JSON} bytes")
        return raw


def _row(item: Any) -> IndexRow | None:
    """The index row of an item, None when it can't be read: the sweep is then incomplete."""
    number = str(item["uid"])
    try:
        # `modified` is touched in bulk; that costs a request and a row each. Photos stay as they are.
        row = IndexRow(number, time_text(item, "publication", number), time_text(item, "modified", number))
    except SourceError:
        return None
    return row if _UID.fullmatch(number) else None
