"""CaseSource for NamUs, the National Missing and Unidentified Persons System of the United States.

What is known of its interface comes from public clients; where that is uncertain, the constant says so. The service
returns at most the first 10,000 results of a search, so the index is read state by state; its search can't be trusted
to select by time, so that is done here, after a sweep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from homeward.adapters.sources.namus_search import Search
from homeward.adapters.sources.namus_slices import FIELDS
from homeward.adapters.sources.namus_sweep import PAGE, WINDOW, Sweeper
from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import SiteClient
from homeward.domain.cases import CaseKey
from homeward.domain.errors import InputError, SourceError
from homeward.domain.namus_record import CASE_SETS, read_record
from homeward.domain.record_values import read_json
from homeward.domain.sources import SourceRecord, Sweep, Traffic

SETTING, DEFAULT_URL = "HOMEWARD_NAMUS", "https://www.namus.gov"
ROOT = "/api/CaseSets/NamUs"
MAX_JSON = 4 * 1024 * 1024  # bytes: 2,000 results take one million, the largest record far less
INDEX, RECORD, PICTURE = "index", "record", "picture"  # kinds of requests


@dataclass(frozen=True, slots=True)
class NamusSource:
    """One case set of NamUs (`MP`: missing persons). `page` and `window` are in results of a search."""

    client: SiteClient
    case_set: str = "MP"
    page: int = PAGE
    window: int = WINDOW
    name: str = field(default="namus", init=False)

    def __post_init__(self) -> None:
        if not (self.case_set in CASE_SETS and self.case_set in FIELDS):
            raise InputError(
                f"NamUs has no case set {self.case_set!r} that we know; take one of {', '.join(CASE_SETS)}"
            )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], case_set: str = "MP") -> NamusSource:
        """Settings HOMEWARD_NAMUS_URL, _AUTHORITY, _CONTACT, _REQUESTS_PER_SECOND, _CA_BUNDLE, _BLOCKED_MINUTES."""
        return cls(SiteClient(Site.from_environment(SETTING, DEFAULT_URL, environ)), case_set)

    @property
    def traffic(self) -> Traffic:
        """What all requests of this process cost so far; `client.by_kind` has it by index, record and picture."""
        return self.client.traffic

    def sweep(self) -> Sweep:
        """See the port. About one request per state and 2,000 cases, if the index stands still meanwhile."""
        before = self.traffic
        search = Search(self._post, FIELDS[self.case_set])
        found = Sweeper(search, self._states(), page=self.page, window=self.window)()
        return replace(found, traffic=self.traffic - before)

    def fetch(self, number: str) -> SourceRecord:
        """See the port."""
        raw = _bounded(self.client.get(self._path(number), MAX_JSON, RECORD), f"the record of {self.case_set}{number}")
        return read_record(CaseKey(self.name, self.case_set, number), raw, self.client.site.url)

    def picture(self, number: str, identity_id: int, limit: int) -> bytes:
        """See the port. The address holds the image's identityId, not its id; what it is, only its bytes tell."""
        path = f"{self._path(number)}/Images/{identity_id:d}/Original"
        return self.client.get(path, limit, PICTURE, packed=False)

    def _path(self, number: str) -> str:
        return f"{ROOT}/{CASE_SETS[self.case_set]}/Cases/{number}"

    def _post(self, body: Mapping[str, object]) -> bytes:
        path = f"{ROOT}/{CASE_SETS[self.case_set]}/Search"
        return _bounded(self.client.post(path, body, MAX_JSON, INDEX), "the answer to a search")

    def _states(self) -> list[str]:
        raw = _bounded(self.client.get(f"{ROOT}/States", MAX_JSON, INDEX), "the list of states")
        states = read_json(raw, "the list of states")
        if not isinstance(states, list) or not states:
            raise SourceError("the list of states isn't a list")
        names = [state.get("name") if isinstance(state, dict) else None for state in states]
        found = [name for name in names if isinstance(name, str) and name]
        if len(found) < len(names):
            raise SourceError("the list of states holds something without a name")
        return sorted(set(found))


def _bounded(raw: bytes, what: str) -> bytes:
    if len(raw) > MAX_JSON:
        raise SourceError(f"{what} is longer than {MAX_JSON} bytes")
    return raw
