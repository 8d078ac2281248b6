"""Replay: kept detections decided again, under another policy or collection, and what would have differed. Pure.

A result is a JSON object: `{"detection", "captured_at", "place", "outcome", "source", "old", "new", "why"}`. `old` and
`new` are `{"verdict", "reasons", "case", "similarity"}`; `new` is None where nobody can tell, and `why` says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from homeward.domain.detections import Outcome, Verdict
from homeward.domain.policy import Policy

NOBODY = "NOBODY"  # the verdict of a search that found nobody, or no face
MAX_LISTED = 1000  # differing detections that a report lists; the counts cover all of them
_FACELESS = frozenset({Outcome.NO_FACE.value, Outcome.UNUSABLE_PICTURE.value})


class Source(StrEnum):
    """Where the matches of a replayed detection come from."""

    STORED = "STORED"
    SEARCHED = "SEARCHED"
    NONE = "NONE"


def run_folder(run: str) -> str:
    """Where the files of a replay run are, in the cases bucket."""
    return f"replay/{run}"


def is_faceless(search: Mapping[str, Any]) -> bool:
    """Whether the picture had no usable face: no policy and no collection changes that."""
    return search["outcome"] in _FACELESS


def is_enough(search: Mapping[str, Any], policy: Policy, collection: str) -> bool:
    """Whether the stored matches hold all that a search under this policy would find; `collection` "" is any."""
    if collection and search.get("collection") != collection:
        return False
    searched_from = search.get("threshold")
    return searched_from is not None and searched_from <= policy.search_threshold


def matches_under(search: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """The stored search as the policy would have seen it: from its threshold on, no more than its number of faces."""
    similar = [match for match in search["matches"] if match["similarity"] >= policy.search_threshold]
    similar.sort(key=lambda match: -match["similarity"])
    return {**search, "matches": similar[: policy.search_max_faces]}


def judgement(decision: Mapping[str, Any] | None) -> dict[str, Any]:
    """What of a decision is compared; without one, nobody was similar."""
    if decision is None:
        return {"verdict": NOBODY, "reasons": [], "case": None, "similarity": None}
    best = decision.get("best") or {}
    return {
        "verdict": decision["verdict"],
        "reasons": list(decision["reasons"]),
        "case": best.get("case"),
        "similarity": best.get("similarity"),
    }


def change(result: Mapping[str, Any]) -> str | None:
    """`ALERT -> REVIEW`; None when nothing differs that anybody would notice."""
    old, new = result["old"], result["new"]
    if new is None:
        return None
    if old["verdict"] != new["verdict"]:
        return f"{old['verdict']} -> {new['verdict']}"
    shown = old["verdict"] in (Verdict.ALERT, Verdict.REVIEW)
    return f"{old['verdict']} -> {new['verdict']} of another case" if shown and old["case"] != new["case"] else None


def build_report(
    plan: Mapping[str, Any], results: Iterable[Mapping[str, Any]], missing: Sequence[str]
) -> dict[str, Any]:
    """The report of a replay run; `missing` names the batches that left no results."""
    verdicts: Counter[str] = Counter()
    changes: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    differing: list[dict[str, Any]] = []
    for result in results:
        sources[result["source"]] += 1
        if result["new"] is None:
            unknown[result["why"]] += 1
            continue
        verdicts[f"{result['old']['verdict']} -> {result['new']['verdict']}"] += 1
        if what := change(result):
            changes[what] += 1
            if len(differing) < MAX_LISTED:
                differing.append({**result, "change": what})
    return {
        **{name: plan[name] for name in ("run", "since", "until", "policy", "policy_version", "collection", "made_at")},
        "detections": sources.total(),
        "verdicts": dict(verdicts),
        "changes": dict(changes),
        "sources": dict(sources),
        "unknown": dict(unknown),
        "differing": differing,
        "listed_all": changes.total() == len(differing),
        "missing_batches": list(missing),
        "notes": list(NOTES),
    }


NOTES = (
    "Cases, photos and look-alikes are those of today: a case that was closed since is left out here, and wasn't then.",
    "Nobody was alerted or asked. Quiet windows don't count here: several alerts may be one message.",
)
