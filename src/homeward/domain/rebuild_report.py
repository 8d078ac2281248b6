"""Is a generation of the collection fit to be searched? The rules, and the report that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeward.domain.cases import PhotoKey, PhotoStatus
from homeward.domain.detections import FaceMatch
from homeward.domain.rebuild import INDEX_USD, Standing

LATE = 25  # photos that may have come since the verification looked; the switch catches them up
SEARCH_USD = 0.002  # SearchFacesByImage and DetectFaces of one probe, list price
SHOWN = 100  # photos named in a report
_TIE = 0.01  # two photos with the same pixels are equally similar


class Fitness(StrEnum):
    """How a run's verification ended."""

    PLANNED = "PLANNED"  # a dry run: nothing was built
    VERIFIED = "VERIFIED"
    UNFIT = "UNFIT"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search with a photo's own picture found: its own face, and the first case beside it.

    `first` is None where nothing else was found.
    """

    own: bool
    first: str | None


@dataclass(frozen=True, slots=True)
class Probe:
    """A sampled photo, searched in the new generation and in the live one (None: it is lost, or lacks the photo).

    `has_sibling`: the photo's case has another one in the new generation.
    """

    photo: PhotoKey
    has_sibling: bool
    new: Found
    live: Found | None


def found_by(photo: PhotoKey, matches: Iterable[FaceMatch], among: Set[str]) -> Found:
    """Read a search's answer. Beside the photo's own face only the photos `among` count: those of both generations."""
    best = sorted(matches, key=lambda match: -match.similarity)
    own = next((one.similarity for one in best if one.external_image_id == photo.external_image_id), None)
    others = (one for one in best if one.external_image_id in among - {photo.external_image_id})
    is_best = own is not None and own >= best[0].similarity - _TIE
    return Found(is_best, next((str(PhotoKey.parse(one.external_image_id).case) for one in others), None))


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that a verdict rests on. `refused` are photos that the new generation has no face of, and why.

    `caught_up` is what became of the photos that came since the build; the models are versions, "" for a lost one.
    """

    standing: Standing
    refused: Mapping[str, str]
    caught_up: Mapping[str, int]
    probes: Sequence[Probe]
    model: str
    live_model: str
    min_agreement: float

    @property
    def lacking(self) -> list[str]:
        """Photos without a face for which there is no reason."""
        names = (photo.key.external_image_id for photo in self.standing.lacking)
        return [name for name in names if name not in self.refused]

    @property
    def lost(self) -> list[str]:
        """Photos that can be found in the live generation by their row, and couldn't be in the new one."""
        gone = (*self.standing.lacking, *self.standing.without_bytes)
        return [photo.key.external_image_id for photo in gone if photo.status is PhotoStatus.INDEXED]

    @property
    def kept(self) -> float:
        """The share of the live generation's photos that the new one has."""
        had = sum(photo.status is PhotoStatus.INDEXED for photo in self.standing.wanted)
        return 1 - len(self.lost) / had if had else 1.0

    @property
    def misfits(self) -> list[Probe]:
        """Photos whose own picture doesn't find them, though it does in the live generation."""
        return [one for one in self.probes if not one.new.own and (one.live is None or one.live.own)]

    @property
    def agreement(self) -> float | None:
        """The share of compared probes that find the same case first; None when nothing can be compared."""
        compared = [one for one in self.probes if one.live]
        return _share(one.new == one.live for one in compared) if compared else None


def problems(checked: Checked) -> list[str]:
    """Why the generation may not be searched; empty when it may."""
    now, least = checked.standing, checked.min_agreement
    compared, same_model = checked.agreement, checked.model == checked.live_model
    siblings = [one for one in checked.probes if one.has_sibling and one.live]
    new_first = _share(_own_first(one.photo, one.new) for one in siblings)
    live_first = _share(_own_first(one.photo, one.live) for one in siblings)
    checks = (
        (len(checked.lacking) > LATE, f"{len(checked.lacking)} photos have no face, and no reason why not"),
        (bool(now.spare), f"{len(now.spare)} faces are too many, or of photos that were withdrawn"),
        (bool(now.foreign), f"{len(now.foreign)} faces aren't named as ours are"),
        (checked.kept < least, f"it has {checked.kept:.1%} of the photos that can be found now; {least:.1%} are asked"),
        (_too_many(checked), f"{len(checked.misfits)} of {len(checked.probes)} pictures don't find their own photo"),
        (
            same_model and compared is not None and compared < least,
            f"{compared or 0:.1%} of the searches agree with the live one; {least:.1%} are asked",
        ),
        (
            new_first < live_first - (1 - least),
            f"people's other photos come first in {new_first:.1%} of the searches, {live_first:.1%} in the live one",
        ),
    )
    return [text for wrong, text in checks if wrong]


def _too_many(checked: Checked) -> bool:
    """One is too many where the live generation does better; without it, a share must do."""
    if any(one.live for one in checked.misfits):
        return True
    return len(checked.misfits) > (1 - checked.min_agreement) * len(checked.probes)


def _own_first(photo: PhotoKey, found: Found | None) -> bool:
    return found is not None and found.first == str(photo.case)


def _share(values: Iterable[bool]) -> float:
    every = list(values)
    return sum(every) / len(every) if every else 1.0


def build_report(plan: Mapping[str, Any], at: str, checked: Checked) -> dict[str, Any]:
    """The report of a verification; see `planned_report` for its shape."""
    why = problems(checked)
    siblings = [one for one in checked.probes if one.has_sibling]
    indexed = sum(count for outcome, count in checked.caught_up.items() if outcome == PhotoStatus.INDEXED.value)
    calls = plan["lacking"] + sum(checked.caught_up.values())
    searched = sum(1 + (one.live is not None) for one in checked.probes)
    return {
        **planned_report(plan),
        "at": at,
        "outcome": (Fitness.UNFIT if why else Fitness.VERIFIED).value,
        "problems": why,
        "faces": checked.standing.faces,
        "photos": len(checked.standing.wanted),
        "without_bytes": len(checked.standing.without_bytes),
        "caught_up": indexed,
        "refused": dict(Counter(checked.refused.values())),
        "kept": checked.kept,
        "searches": {
            "sampled": len(checked.probes),
            "own face found": _share(one.new.own for one in checked.probes),
            "own case first": _share(_own_first(one.photo, one.new) for one in siblings),
            "agreement": checked.agreement,
        },
        "models": {"new": checked.model, "live": checked.live_model},
        "usd": round(calls * INDEX_USD + searched * SEARCH_USD, 3),
        "examples": _examples(checked),
    }


def _examples(checked: Checked) -> list[dict[str, str]]:
    """Photos to look at, each with what is the matter."""
    differ = [one for one in checked.probes if one.live and one.new != one.live and one not in checked.misfits]
    lost = set(checked.lost)
    named = [
        *((name, "no face, and no reason") for name in checked.lacking),
        *((one.external_image_id, "a face too many") for one in checked.standing.spare),
        *((one.external_image_id or one.face_id, "not ours") for one in checked.standing.foreign),
        *((one.photo.external_image_id, "not found by its own picture") for one in checked.misfits),
        *((name, checked.refused.get(name, "its picture is missing")) for name in checked.lost),
        *((one.photo.external_image_id, f"finds {one.new.first} first") for one in differ),
        *((name, why) for name, why in checked.refused.items() if name not in lost),
    ]
    return [{"photo": name, "what": what} for name, what in named[:SHOWN]]


def planned_report(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The report of a dry run: what would be built, and what that costs at list prices."""
    return {
        "run": plan["run"],
        "outcome": Fitness.PLANNED.value,
        "at": plan["at"],
        "collection": plan["collection"],
        "live": plan["live"],
        "problems": [],
        "photos": plan["photos"],
        "lacking": plan["lacking"],
        "without_bytes": plan["without_bytes"],
        "usd": plan["usd"],
        "examples": [],
    }
