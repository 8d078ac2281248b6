"""Finding the cases that a search means, quickly: by lists of who has which value, made when first asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from standins.namus.fields import Fields, Getter, Value
from standins.namus.records import Case
from standins.namus.search import Query

KEPT = 100  # answers: a client asks for page after page of the same


class Finder:
    """Searches in cases that do not change; whoever changes one makes a new finder."""

    def __init__(self, cases: Sequence[Case], fields: Fields) -> None:
        self._cases = cases
        self._fields = fields
        self._positions: dict[str, dict[str, list[int]]] = {}  # field -> value -> places in the sequence, rising
        self._answers: OrderedDict[str, list[Case]] = OrderedDict()

    def find(self, query: Query) -> list[Case]:
        """All cases that match, in the order asked for. Not to be changed by the caller."""
        if query.key not in self._answers:
            self._answers[query.key] = self._find(query)
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return self._answers[query.key]

    def _find(self, query: Query) -> list[Case]:
        found = [case for case in self._listed(query) if all(matches(case) for matches in query.matches)]
        for getter, descending in reversed(query.order):
            found = _sorted(found, getter, descending)
        return found

    def _listed(self, query: Query) -> list[Case]:
        if not query.listed:
            return list(self._cases)
        # The first list gives few enough to look through for the others.
        (first, values), *others = query.listed
        lists = self._of(first)
        places = sorted({place for value in values for place in lists.get(value, ())})
        return [self._cases[place] for place in places if self._has_all(self._cases[place], others)]

    def _has_all(self, case: Case, listed: list[tuple[str, frozenset[str]]]) -> bool:
        return all(not values.isdisjoint(_texts(self._getter(name)(case))) for name, values in listed)

    def _of(self, name: str) -> dict[str, list[int]]:
        if name not in self._positions:
            lists: dict[str, list[int]] = {}
            getter = self._getter(name)
            for place, case in enumerate(self._cases):
                for text in _texts(getter(case)):
                    lists.setdefault(text, []).append(place)
            self._positions[name] = lists
        return self._positions[name]

    def _getter(self, name: str) -> Getter:
        return self._fields.matched.get(name) or self._fields.shown[name]


def _texts(value: Value) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _sorted(cases: list[Case], getter: Getter, descending: bool) -> list[Case]:
    """Absent values come last, either way."""
    values = list(map(getter, cases))
    # Numbers by size, everything else as text; a field never has both.
    keys = [value if isinstance(value, int) else str(value) for value in values]
    there = [place for place, value in enumerate(values) if value is not None]
    there.sort(key=keys.__getitem__, reverse=descending)
    return [*map(cases.__getitem__, there), *(case for case, value in zip(cases, values, strict=True) if value is None)]
