"""What the list is made of: kinds of items and how many of 400 each has.

The numbers for poster classifications, for the subjects about missing and unidentified persons, and for victims are
those of a public study of 400 real items. Subjects of fugitives and how they are spread are guesses.
"""

from __future__ import annotations

from typing import NamedTuple

from standins.fbi.records import What

VICAP, KIDNAPPINGS = "ViCAP Missing Persons", "Kidnappings and Missing Persons"
STEP = 247  # about the golden section of 400, with no factor in common: any run of items has about the right mix


class Kind(NamedTuple):
    """A kind of item; `folder` is the part of its path after /wanted/."""

    of_400: int
    what: What
    poster: str
    subjects: tuple[str, ...]
    person: str
    folder: str


KINDS = tuple(
    Kind(*row)
    for row in (
        (22, What.MISSING, "missing", (KIDNAPPINGS,), "Victim", "kidnap"),
        (3, What.MISSING, "missing", (KIDNAPPINGS, "Indian Country"), "Victim", "kidnap"),
        (8, What.MISSING, "missing", (VICAP,), "Main", "vicap/missing-persons"),
        (2, What.MISSING, "missing", (), "Victim", "kidnap"),
        (2, What.MISSING, "missing", (), "Main", "kidnap"),
        (2, What.MISSING, "kidnapping", (KIDNAPPINGS,), "Victim", "kidnap"),
        (2, What.MISSING, "default", (KIDNAPPINGS,), "Victim", "kidnap"),
        (2, What.MISSING, "information", (KIDNAPPINGS,), "Victim", "kidnap"),
        (40, What.MISSING, "information", (VICAP,), "Main", "vicap/missing-persons"),
        (26, What.MISSING, "default", (VICAP,), "Main", "vicap/missing-persons"),
        (9, What.UNIDENTIFIED, "information", ("ViCAP Unidentified Persons",), "Main", "vicap/unidentified-persons"),
        (6, What.UNIDENTIFIED, "default", ("ViCAP Unidentified Persons",), "Main", "vicap/unidentified-persons"),
        (20, What.VICTIM, "information", ("ViCAP Homicides and Sexual Assaults",), "Victim", "vicap/homicides"),
        (10, What.VICTIM, "default", ("ViCAP Homicides and Sexual Assaults",), "Victim", "vicap/homicides"),
        (5, What.UNKNOWN_OFFENDER, "ecap", ("ECAP",), "Main", "ecap"),
        (3, What.UNKNOWN_OFFENDER, "ecap", ("Endangered Child Alert Program",), "Main", "ecap"),
        (11, What.UNKNOWN_SUSPECT, "information", ("Seeking Information",), "Main", "seeking-info"),
        (45, What.FUGITIVE, "default", ("Violent Crime - Murders",), "Main", "murders"),
        (40, What.FUGITIVE, "default", ("Additional Violent Crimes",), "Main", "additional"),
        (35, What.FUGITIVE, "default", ("Cyber's Most Wanted",), "Main", "cyber"),
        (25, What.FUGITIVE, "default", ("White-Collar Crime",), "Main", "wcc"),
        (20, What.FUGITIVE, "default", ("Counterintelligence",), "Main", "counterintelligence"),
        (17, What.FUGITIVE, "default", ("Crimes Against Children",), "Main", "cac"),
        (10, What.FUGITIVE, "default", ("Parental Kidnappings",), "Main", "parental-kidnappings"),
        (10, What.FUGITIVE, "default", ("Criminal Enterprise Investigations",), "Main", "cei"),
        (13, What.FUGITIVE, "fraudster", ("White-Collar Crime",), "Main", "wcc"),
        (7, What.FUGITIVE, "law-enforcement-assistance", ("Law Enforcement Assistance",), "Main", "law-enforcement"),
        (4, What.FUGITIVE, "ten", ("Ten Most Wanted Fugitives",), "Main", "topten"),
        (1, What.FUGITIVE, "terrorist", ("Most Wanted Terrorists",), "Main", "terrorists"),
    )
)
_OF_400 = [kind for kind in KINDS for _ in range(kind.of_400)]
_MISSING = [kind for kind in _OF_400 if kind.what is What.MISSING]


def kind_at(start: int, index: int) -> Kind:
    """The kind of the item with this index, for lists that begin somewhere else in the mix."""
    return _OF_400[(start + index * STEP) % len(_OF_400)]


def missing_kind(drawn: int) -> Kind:
    """One of the ways in which missing persons are listed, as often as the mix has it."""
    return _MISSING[drawn % len(_MISSING)]
