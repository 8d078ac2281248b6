"""Names for people who do not exist: first names that fit anyone, last names that nobody bears."""

from __future__ import annotations

FIRST_NAMES = (
    "Alex", "Ariel", "Avery", "Blake", "Casey", "Charlie", "Dana", "Drew", "Ellis", "Emery", "Finley", "Harper",
    "Jamie", "Jesse", "Jordan", "Kai", "Lee", "Logan", "Marley", "Morgan", "Noel", "Parker", "Quinn", "Reese",
    "Remy", "Riley", "Robin", "Rowan", "Sage", "Sam", "Shay", "Sidney", "Skyler", "Taylor", "Toby", "Wren",
)  # fmt: skip
LAST_NAMES = (
    "Alder", "Aspen", "Beech", "Birch", "Cedar", "Cherry", "Chestnut", "Cypress", "Elder", "Elm", "Fir", "Hawthorn",
    "Hazel", "Hickory", "Holly", "Juniper", "Larch", "Laurel", "Linden", "Maple", "Myrtle", "Oak", "Olive", "Pine",
    "Plum", "Poplar", "Rowan", "Spruce", "Sycamore", "Walnut", "Willow", "Yew",
)  # fmt: skip
LAST_NAME_PREFIX = "Synthetic-"
