"""Demographic groups, from what the case record says. Never from a face."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.domain.cases import Case

ADULT_AGE = 18
# Years, inclusive. Bands are wide because each one needs enough people for its own error rate.
AGE_BANDS = ((0, 17), (18, 29), (30, 49), (50, 150))
# The source's own words for "not known": no group can be told from them.
_UNKNOWN = frozenset({"", "Unsure", "Uncertain", "Unknown", "Other", "Multiple"})


def known(word: str) -> bool:
    """Whether a source's word for an attribute says anything."""
    return word not in _UNKNOWN


@dataclass(frozen=True, slots=True)
class Group:
    """The recorded group of a case; an attribute is None when the record doesn't say."""

    sex: str | None
    ethnicities: tuple[str, ...]
    age_band: str | None
    maybe_minor: bool

    @property
    def label(self) -> str:
        """Readable name, e.g. `Female / Asian / 30-49`."""
        return " / ".join((self.sex or "?", "+".join(self.ethnicities) or "?", self.age_band or "?"))


def age_band(lowest: int | None, highest: int | None) -> str | None:
    """The one band that holds the whole age range, else None."""
    if lowest is None or highest is None:
        return None
    for first, last in AGE_BANDS:
        if first <= lowest and highest <= last:
            return f"{first}-{last}"
    return None


def recorded_group(case: Case) -> Group:
    """Return the case's group. An unknown age counts as possibly a minor: the careful reading."""
    lowest = case.current_age_min
    return Group(
        sex=case.sex if case.sex is not None and known(case.sex) else None,
        ethnicities=tuple(sorted(name for name in case.ethnicities if known(name))),
        age_band=age_band(lowest, case.current_age_max),
        maybe_minor=lowest is None or lowest < ADULT_AGE,
    )
