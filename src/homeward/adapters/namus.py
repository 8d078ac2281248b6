"""CaseSource for NamUs, the National Missing and Unidentified Persons System of the United States.

What is known of its interface comes from public clients; where that is uncertain, the constant says so. The service
returns at most the first 10,000 results of a search, so the index is read state by state; its search can't be trusted
to select by time, so that is done here, after a sweep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeward.adapters.web import Site, SiteClient
from homeward.domain.cases import CaseKey
from homeward.domain.errors import InputError, SourceError
from homeward.domain.namus_record import CASE_SETS, read_json, read_record
from homeward.domain.sources import IndexRow, SourceRecord, Sweep
from homeward.domain.sync import utc

SETTING, DEFAULT_URL = "HOMEWARD_NAMUS", "https://www.namus.gov"
ROOT = "/api/CaseSets/NamUs"
WINDOW = 10_000  # results of one search that can be reached
PAGE = 1_000
READS = 3  # of one state, when its count changes while we page through it
MAX_JSON = 16 * 1024 * 1024  # bytes
# Without projections the service answers a right count and no results.
PROJECTIONS = ("namus2Number", "createdDateTime", "modifiedDateTime")
# The browser's own order; that it is stable is an assumption, which the counts check.
ORDER = ({"field": "dateOfLastContact", "direction": "Descending"},)


@dataclass(frozen=True, slots=True)
class NamusSource:
    """One case set of NamUs (`MP`: missing persons)."""

    client: SiteClient
    case_set: str = "MP"
    name: str = field(default="namus", init=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> NamusSource:
        """Settings HOMEWARD_NAMUS_URL, _AUTHORITY, _CONTACT, _REQUESTS_PER_SECOND and _CA_BUNDLE."""
        return cls(SiteClient(Site.from_environment(SETTING, DEFAULT_URL, environ)))

    def sweep(self) -> Sweep:
        """See the port. About one request per state and 1,000 cases."""
        before = self.client.asked
        expected = self._search([], 0, 1)[0]
        rows: dict[int, IndexRow] = {}
        for state in self._states():
            for row in self._state_rows(state):  # a case may be listed under several states
                rows[row.number] = max(row, rows.get(row.number, row))
        return Sweep(tuple(rows[number] for number in sorted(rows)), expected, self.client.asked - before)

    def fetch(self, number: int) -> SourceRecord:
        """See the port."""
        raw = self.client.get(f"{ROOT}/{CASE_SETS[self.case_set]}/Cases/{number:d}", MAX_JSON)
        if len(raw) > MAX_JSON:
            raise SourceError(f"the record of {self.case_set}{number} is longer than {MAX_JSON} bytes")
        return read_record(CaseKey(self.name, self.case_set, number), raw, self.client.site.url)

    def picture(self, number: int, identity_id: int, limit: int) -> bytes:
        """See the port. The address holds the image's identityId, not its id."""
        path = f"{ROOT}/{CASE_SETS[self.case_set]}/Cases/{number:d}/Images/{identity_id:d}/Original"
        return self.client.get(path, limit)

    def _states(self) -> list[str]:
        states = read_json(self.client.get(f"{ROOT}/States", MAX_JSON), "the list of states")
        if not isinstance(states, list) or not states:
            raise SourceError("the list of states isn't a list")
        names = {state.get("name") if isinstance(state, dict) else None for state in states}
        found = sorted(name for name in names if isinstance(name, str) and name)
        if len(found) < len(names):
            raise SourceError("the list of states holds something without a name")
        return found

    def _state_rows(self, state: str) -> list[IndexRow]:
        """All of a state that can be reached; read again while its count moves under us."""
        where = [{"field": "stateOfLastContact", "operator": "IsIn", "values": [state]}]
        rows: list[IndexRow] = []
        for _ in range(READS):
            pages = list(self._pages(where))
            rows = [row for _, page in pages for row in page]
            counts = {count for count, _ in pages}
            if len(counts) == 1 and len({row.number for row in rows}) >= min(counts.pop(), WINDOW):
                break
        return rows

    def _pages(self, where: list[dict[str, Any]]) -> Iterator[tuple[int, list[IndexRow]]]:
        skip, count = 0, 1
        while skip < min(count, WINDOW):
            count, rows = self._search(where, skip, PAGE)
            yield count, rows
            skip += PAGE

    def _search(self, where: list[dict[str, Any]], skip: int, take: int) -> tuple[int, list[IndexRow]]:
        body = {
            "predicates": where,
            "take": take,
            "skip": skip,
            "projections": PROJECTIONS,
            "orderSpecifications": ORDER,
        }
        path = f"{ROOT}/{CASE_SETS[self.case_set]}/Search"
        answer = read_json(self.client.post(path, body, MAX_JSON), "the search")
        count, results = (answer.get("count"), answer.get("results")) if isinstance(answer, dict) else (None, None)
        if not isinstance(count, int) or not isinstance(results, list):
            raise SourceError("the search answered without count or results")
        return count, [row for row in map(_row, results) if row]


def _row(result: Any) -> IndexRow | None:
    """A result that can't be read is left out; the sweep then counts as incomplete."""
    number, created, modified = (result.get(name) if isinstance(result, dict) else None for name in PROJECTIONS)
    if not isinstance(number, int) or not isinstance(created, str) or not isinstance(modified, str):
        return None
    try:
        utc(created), utc(modified)
    except InputError:
        return None
    return IndexRow(number, created, modified)
