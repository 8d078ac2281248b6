"""Reading the query of the list, and answering it. Nothing in it is an error: what can't be read is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from standins.fbi.records import Entry

PAGE_SIZE, MAX_PAGE_SIZE = 20, 50
SORTS = ("modified", "publication", "title")
EQUALS = ("poster_classification", "person_classification", "status", "sex", "race", "hair", "eyes", "nationality")


@dataclass(frozen=True)
class Query:
    """Which items, in which order, and which page of them."""

    filters: Mapping[str, str]
    sort_on: str
    descending: bool
    page: int
    size: int

    def answer(self, entries: list[Entry], home: str) -> dict[str, Any]:
        """The body: how many there are, and the items of the page; none after the last page."""
        found = [entry for entry in entries if self._meets(entry)]
        found.sort(key=lambda entry: (str(entry.stated(self.sort_on)), entry.uid), reverse=self.descending)
        first = (self.page - 1) * self.size
        shown = [entry.body(home) for entry in found[first : first + self.size]]
        return {"total": len(found), "page": self.page, "items": shown}

    def _meets(self, entry: Entry) -> bool:
        return all(_FILTERS.get(name, _equal)(entry.stated(name), wanted) for name, wanted in self.filters.items())


def read_query(parameters: Mapping[str, str]) -> Query:
    """Read the query; parameters that nobody knows are ignored."""
    sort_on = parameters.get("sort_on", "")
    return Query(
        filters={name: parameters[name] for name in (*EQUALS, *_FILTERS) if parameters.get(name)},
        sort_on=sort_on if sort_on in SORTS else "publication",
        descending=parameters.get("sort_order", "desc").lower() != "asc",
        page=_number(parameters.get("page"), 1),
        size=min(_number(parameters.get("pageSize"), PAGE_SIZE), MAX_PAGE_SIZE),
    )


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 and int(text) > 0 else default


def _equal(stated: object, wanted: str) -> bool:
    return isinstance(stated, str) and stated.lower() == wanted.lower()


def _contains(stated: object, wanted: str) -> bool:
    return isinstance(stated, str) and wanted.lower() in stated.lower()


def _holds(stated: object, wanted: str) -> bool:
    return isinstance(stated, list) and wanted.lower() in stated


_FILTERS: Mapping[str, Callable[[object, str], bool]] = {"title": _contains, "field_offices": _holds}
