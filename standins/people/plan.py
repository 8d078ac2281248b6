"""Who appears in which camera picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from standins.people.scenes import PLACES

# (missing people, others) in one picture; repeated as often as needed.
CASTS = ((1, 0), (1, 1), (0, 1), (1, 0), (2, 1), (0, 0), (1, 1), (0, 2), (1, 0), (1, 2))


@dataclass(frozen=True)
class Scene:
    """One camera picture: its file name, its place, and the indexes of the people in it."""

    name: str
    place: str
    missing: list[int]
    others: list[int]


def plan_scenes(frames: int, people: int, others: int) -> list[Scene]:
    """Scenes in which everybody appears in turn."""
    scenes: list[Scene] = []
    next_person = next_other = 0
    for index in range(frames):
        wanted_missing, wanted_others = CASTS[index % len(CASTS)]
        missing = [(next_person + i) % people for i in range(min(wanted_missing, people))]
        strangers = [(next_other + i) % others for i in range(min(wanted_others, others))]
        next_person, next_other = next_person + len(missing), next_other + len(strangers)
        place = PLACES[index % len(PLACES)]
        scenes.append(Scene(f"{place}-{index + 1:04}.jpg", place, missing, strangers))
    return scenes


def appearances(scenes: list[Scene]) -> tuple[Counter[int], Counter[int]]:
    """How often each missing person, and each other person, appears."""
    return Counter(i for s in scenes for i in s.missing), Counter(i for s in scenes for i in s.others)
