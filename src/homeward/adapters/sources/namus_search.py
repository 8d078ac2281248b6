"""One search of NamUs's index at a time, with what this source was found to refuse left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeward.adapters.sources.namus_slices import Fields, Slice
from homeward.domain.errors import InputError, RequestRefusedError, ServerFailedError, SourceError
from homeward.domain.record_values import read_json
from homeward.domain.sources import IndexRow
from homeward.domain.sync import utc

NUMBER, CREATED, MODIFIED = "namus2Number", "createdDateTime", "modifiedDateTime"
# Without projections the service answers a right count and no results.
PROJECTIONS = (NUMBER, CREATED, MODIFIED)
MAX_SEARCHES = 500  # of one sweep; a source whose counts lead beyond this is out of its mind
# How the service names what it doesn't know, all such names at once; in JSON or as plain text.
_REFUSED = re.compile(r'Invalid field name \\?"(\w{1,100})')

_INSTEAD = {
    CREATED: f"{MODIFIED} stands for it, which finds new cases later",
    MODIFIED: f"{CREATED} stands for it, so changes of known cases are NOT seen",
}


class SearchesSpentError(SourceError):
    """The index needs more searches than any index should."""


@dataclass(frozen=True, slots=True)
class Page:
    """`count` is how many cases match, `listed` how many of them this page listed, `rows` those that we could read."""

    count: int
    listed: int
    rows: tuple[IndexRow, ...]


@dataclass(slots=True)
class Search:
    """The searches of one sweep. `post` sends a body and returns the answer's.

    A refused projection is left out from then on and named in `dropped`; so is a refused order, named in `notes`. The
    number is indispensable, and so is one of the two times, which then stands for both.
    """

    post: Callable[[Mapping[str, Any]], bytes]
    fields: Fields
    notes: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    _asked: int = 0
    _answered: bool = False
    _unread: int = 0
    _orders: list[str] = field(init=False)

    def __post_init__(self) -> None:
        # The last change first, so that what changes moves to where we were already and is missed visibly; whether
        # the service can sort so is an assumption. The other is the browser's own order.
        self._orders = [MODIFIED, *([self.fields.day] if self.fields.day else [])]

    @property
    def stamped(self) -> bool:
        """Whether the source tells when a case was changed."""
        return MODIFIED not in self.dropped

    def page(self, part: Slice, skip: int, take: int) -> Page:
        """Search. RequestRefusedError or ServerFailedError when the source can't search so; other SourceErrors."""
        while True:
            try:
                return self._page(part, skip, take)
            except RequestRefusedError as refusal:
                self._leave_out(refusal)
            except ServerFailedError:
                # Once a search was answered, it can't be the order.
                if self._answered or not self._orders:
                    raise
                self._drop_order()

    def unread(self) -> list[str]:
        """A note, when there were rows that can't be read."""
        return [f"{self._unread} results couldn't be read"] if self._unread else []

    def _page(self, part: Slice, skip: int, take: int) -> Page:
        if self._asked >= MAX_SEARCHES:
            raise SearchesSpentError(f"given up after {MAX_SEARCHES} searches")
        self._asked += 1
        body = {
            "predicates": part.predicates(self.fields),
            "take": take,
            "skip": skip,
            "projections": [name for name in PROJECTIONS if name not in self.dropped],
            "orderSpecifications": [{"field": name, "direction": "Descending"} for name in self._orders[:1]],
        }
        answer = read_json(self.post(body), "the search")
        count, results = (answer.get("count"), answer.get("results")) if isinstance(answer, dict) else (None, None)
        if type(count) is not int or count < 0 or not isinstance(results, list):
            raise SourceError("the search answered without count or results")
        self._answered = True
        rows = [self._row(result) for result in results]
        self._unread += rows.count(None)
        return Page(count, len(results), tuple(row for row in rows if row))

    def _row(self, result: Any) -> IndexRow | None:
        """A result that can't be read is left out; the sweep then counts as incomplete."""
        values = result if isinstance(result, dict) else {}
        number, times = values.get(NUMBER), {name: values.get(name) for name in (CREATED, MODIFIED)}
        for dropped, other in ((CREATED, MODIFIED), (MODIFIED, CREATED)):
            if dropped in self.dropped:
                times[dropped] = times[other]
        created, modified = times[CREATED], times[MODIFIED]
        if type(number) is not int or number < 1 or not isinstance(created, str) or not isinstance(modified, str):
            return None
        try:
            utc(created), utc(modified)
        except InputError:
            return None
        return IndexRow(str(number), created, modified)

    def _leave_out(self, refusal: RequestRefusedError) -> None:
        """Do without the names that the source refuses; raise when there is none that we can do without."""
        names = set(_REFUSED.findall(refusal.body))
        if self._orders and self._orders[0] in names:
            self._drop_order()  # perhaps it can be told, only not sorted by
            return
        unknown = [name for name in PROJECTIONS if name in names and name not in self.dropped]
        if not unknown:
            raise refusal
        self.dropped += unknown
        if NUMBER in self.dropped or {CREATED, MODIFIED} <= {*self.dropped}:
            raise SourceError(f"the source no longer tells {' or '.join(self.dropped)}; nothing can be synced so")
        self.notes += [f"the source no longer tells {name}: {_INSTEAD[name]}" for name in unknown]

    def _drop_order(self) -> None:
        self.notes.append(f"the source can't sort by {self._orders.pop(0)}")
