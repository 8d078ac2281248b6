"""Reading NamUs's whole index while it moves, and proving that nothing was missed.

The proof rests on two assumptions about the source. A case that is published or changed gets the time of that as its
`modifiedDateTime`; and no case vanishes and comes back within a sweep. Then, with (count, newest time) read before a
pass over the index, these cases were certainly there at that moment:

- each that the pass lists with a time not later than that newest one: nobody touched it since;
- each that the pass lists and that an earlier pass listed too: it was there before, and after.

If they are as many as the count says, they are all that there were. In what order pages came, whether they shifted,
whether a case moved to another state: it doesn't matter, for what was missed is missing in the number.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from homeward.adapters.sources.namus_search import Search, SearchesSpentError
from homeward.adapters.sources.namus_slices import Slice
from homeward.domain.errors import RequestRefusedError, ServerFailedError
from homeward.domain.sources import IndexRow, Sweep, Traffic
from homeward.domain.sync import in_order, utc

WINDOW = 10_000  # results of one search that can be reached
# Results of one page: what is known to work with many fields, and, where few requests matter more, somewhat more with
# our three. 10,000 with a single field were seen to work.
PAGE, WIDE_PAGE = 2_000, 5_000
READS = 3  # of one part that doesn't list what it counts
PASSES = 3  # over the whole index
DAY = timedelta(days=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Census:
    """What the source said at one moment: how many cases it has, and when one was last changed."""

    count: int
    newest: datetime | None


@dataclass(slots=True)
class Harvest:
    """What one pass found: the newest version of each case, and which cases were there at `start` for certain."""

    start: Census
    earlier: Set[str]
    rows: dict[str, IndexRow] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)

    def add(self, row: IndexRow) -> None:
        """Count a row in; the same one again changes nothing."""
        modified = utc(row.modified)
        untouched = self.start.newest is not None and modified <= self.start.newest
        if untouched or row.number in self.earlier:
            self.there.add(row.number)
        held = self.rows.get(row.number)
        if held is None or modified > utc(held.modified):
            self.rows[row.number] = row

    @property
    def whole(self) -> bool:
        """Whether all cases that were there at `start` were found. More of them than there were proves nothing."""
        return len(self.there) == self.start.count


@dataclass(slots=True)
class Sweeper:
    """Reads the index by states, and what no state lists by other parts; in passes, until nothing can be missing."""

    search: Search
    states: Sequence[str]
    page: int = PAGE
    wide_page: int = WIDE_PAGE
    window: int = WINDOW
    unplaced: int = 0
    notes: list[str] = field(default_factory=list)

    def __call__(self) -> Sweep:
        """Return what was found, the traffic left at nothing; the source not settling is no error."""
        known: dict[str, IndexRow] = {}
        harvest = Harvest(Census(0, None), known.keys())
        try:
            for _ in range(PASSES):
                harvest = Harvest(self._census(), frozenset(known))
                hopeful = self._pass(harvest)
                if self._proved(harvest):
                    return self._sweep(harvest.rows, harvest, complete=True)
                known |= harvest.rows
                if not hopeful:
                    break
        except SearchesSpentError as problem:
            self.notes.append(str(problem))
        self.notes.append(f"{len(harvest.there)} of {harvest.start.count} cases were seen for certain")
        return self._sweep(known | harvest.rows, harvest, complete=False)

    def _census(self) -> Census:
        page = self.search.page(Slice(), 0, 1)
        newest = max((utc(row.modified) for row in page.rows), default=None)
        # A time to come is no time of a change, and everything would seem untouched beside it.
        usable = newest is not None and newest < datetime.now(UTC) + DAY and self.search.stamped
        return Census(page.count, newest if usable else None)

    def _pass(self, harvest: Harvest) -> bool:
        """Read all states, then look for what no state lists. Whether another pass may bring more."""
        self.notes, self.unplaced = [], 0
        for state in self.states:
            self._read(Slice(state=state), harvest)
        if self._proved(harvest):
            return False
        now = self._census()
        self.unplaced = max(0, now.count - len(harvest.rows))
        if self.unplaced:
            self.notes.append(f"{self.unplaced} cases are listed under no state")
            self._search_everywhere(harvest, now.count)
        return now != harvest.start or len(harvest.rows) >= now.count

    def _search_everywhere(self, harvest: Harvest, until: int) -> None:
        """Read the index by other parts than states, until the harvest holds so many cases."""
        if until > self.window:
            self._parts(Slice(), harvest, set(), until)
        else:
            self._read(Slice(), harvest, until)

    def _read(self, part: Slice, harvest: Harvest, until: int | None = None) -> set[str]:
        """Read a part into the harvest, and return the cases in it; `until` ends it at so many cases of the harvest."""
        found: set[str] = set()
        for _ in range(READS):
            counts = self._pages(part, harvest, found, until)
            if max(counts) > self.window:
                self._parts(part, harvest, found, until)
                break
            if (len(counts) == 1 and len(found) >= max(counts)) or _enough(harvest, until):
                break
        if len(found) < max(counts) and not _enough(harvest, until):
            self.notes.append(f"{part}: {max(counts)} cases by count, {len(found)} listed")
        _log.info("%s: %d cases", part, len(found))
        return found

    def _pages(self, part: Slice, harvest: Harvest, found: set[str], until: int | None) -> set[int]:
        """Read page by page, and return what the source counted meanwhile; of a part over the window, one page."""
        counts, skip, reach = set[int](), 0, 1
        size = self.page if part.state else self.wide_page
        while skip < reach and not (counts and _enough(harvest, until)):
            page = self.search.page(part, skip, min(size, self.window - skip))
            for row in page.rows:
                harvest.add(row)
                found.add(row.number)
            counts.add(page.count)
            skip += page.listed  # not what we asked for: a source may give less
            reach = 0 if page.count > self.window or not page.listed else min(page.count, self.window)
        return counts

    def _parts(self, part: Slice, harvest: Harvest, found: set[str], until: int | None) -> None:
        """Read a part that is too large, part by part. That the source can't search so is no error of the sweep."""
        try:
            for smaller in part.parts(self.search.fields):
                if not _enough(harvest, until):
                    found |= self._read(smaller, harvest, until)
        except (RequestRefusedError, ServerFailedError) as problem:
            self.notes.append(f"{part} can't be read in parts: {problem}")

    def _proved(self, harvest: Harvest) -> bool:
        """Times prove nothing once the source stopped telling them."""
        return harvest.whole and (self.search.stamped or harvest.start.newest is None)

    def _sweep(self, rows: Mapping[str, IndexRow], harvest: Harvest, complete: bool) -> Sweep:
        return Sweep(
            rows=tuple(rows[number] for number in sorted(rows, key=in_order)),
            expected=harvest.start.count,
            traffic=Traffic(),
            complete=complete,
            unplaced=self.unplaced,
            dropped_fields=tuple(self.search.dropped),
            notes=(*self.search.notes, *self.search.unread(), *self.notes),
        )


def _enough(harvest: Harvest, until: int | None) -> bool:
    return until is not None and len(harvest.rows) >= until
