"""From a measurement's report to a policy that rests on it, and to what the person who approves it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from homeward.domain.policy import Policy

Json = Mapping[str, Any]
TIERS = ("review", "alert")
RENEW = 0.5  # of the time that a measurement is good for: from then on the same thresholds are worth a new approval


class Answer(StrEnum):
    """What a person said, or that nobody did; KNOWN needs no answer: the file was live before."""

    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    KNOWN = "KNOWN"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy to approve, or None, and why."""

    policy: dict[str, Any] | None
    reason: str


def propose(live: Json, report: Json, key: str, sha256: str) -> Proposal:
    """`live` is the live policy's file, `report` as `bias/report.py` builds it, stored under `key` with that digest.

    Only `groups`, `measured` and their reasons differ from the live policy: everything else is people's.
    """
    if not report["may_propose"]:
        return Proposal(None, f"the measurement can't be proposed from: {'; '.join(report['problems'])}")
    rules = list(_rules(report, key))
    if not rules and not live["groups"]:
        return Proposal(None, "no group's error rates are proved yet: every match goes to a person, as now")
    if _same(live, rules) and not _aging(live, report):
        return Proposal(None, "the live policy has the same thresholds, and its measurement is good for long enough")
    measured = report["measurement"]
    policy = {
        **live,
        "version": version_of(report["made_at"]),
        "groups": rules,
        "measured": {
            "report": key,
            "report_sha256": sha256,
            "collection": measured["collection"],
            "face_model_version": measured["face_model_version"],
            "at": measured["at"],
        },
        "why": {**live["why"], "groups": f"Measured: {key}. Each is the smallest threshold whose bounds are proved."},
    }
    return Proposal(policy, f"{len(rules)} groups have proved thresholds; {_changes(live, rules)}")


def version_of(made_at: str) -> str:
    """A proposal's version, by when its report was made: `measured-20261123t043015z`."""
    moment = datetime.fromisoformat(made_at)
    return f"measured-{moment:%Y%m%dt%H%M%S}z"


def _rules(report: Json, key: str) -> Iterator[dict[str, Any]]:
    statistics = report["statistics"]
    wanted = list(statistics["group_by"])
    level = next((one for one in statistics["levels"] if list(one["attributes"]) == wanted), None)
    for group in level["groups"] if level else ():
        chosen = {tier: group["choice"][tier]["threshold"] for tier in TIERS}
        if None in chosen.values():
            continue
        yield {
            **group["attributes"],
            **chosen,
            "evidence": _evidence(report, group, key),
            "why": "The smallest thresholds from which on the bounds of the false match rates are under their targets.",
        }


def _evidence(report: Json, group: Json, key: str) -> dict[str, Any]:
    at, measured = group["proposed"]["alert"], report["measurement"]
    return {
        "population": f"open cases of collection {measured['collection']}",
        "people": group["people"],
        "impostor_pairs": at["fmr_same"]["trials"],
        "false_matches": at["fmr_same"]["errors"],
        "fmr_upper_95": max(at["fmr_same"]["high"], at["fmr_any"]["high"]),
        "genuine_pairs": at["fnmr"]["trials"],
        "false_non_matches": at["fnmr"]["errors"],
        "report": key,
        "command": "the DAG measure_bias",
    }


def _same(live: Json, rules: list[dict[str, Any]]) -> bool:
    return _thresholds(live["groups"]) == _thresholds(rules)


def _thresholds(rules: Any) -> dict[tuple[Any, ...], tuple[float, float]]:
    return {
        tuple(rule.get(name) for name in ("sex", "ethnicity", "age_band")): (rule["review"], rule["alert"])
        for rule in rules
        if rule.get("evidence")
    }


def _aging(live: Json, report: Json) -> bool:
    """Whether what the live policy rests on is another collection's or model's, or half as old as it may become."""
    then, now = live.get("measured"), report["measurement"]
    if then is None:
        return bool(live["groups"])
    if any(then[name] != now[name] for name in ("collection", "face_model_version")):
        return True
    age = datetime.fromisoformat(now["at"]) - datetime.fromisoformat(then["at"])
    return age >= RENEW * timedelta(days=live["fairness"]["max_age_days"])


def _changes(live: Json, rules: list[dict[str, Any]]) -> str:
    old, new = _thresholds(live["groups"]), _thresholds(rules)
    looser = sum(any(b < a for a, b in zip(old[group], new[group], strict=True)) for group in old.keys() & new.keys())
    return f"{len(new.keys() - old.keys())} are new, {len(old.keys() - new.keys())} no longer are, {looser} are looser"


# --------------------------------------------------------------------------------------------- for the approver


def comparison(live: Json, proposed: Json, link: str) -> str:
    """Markdown for whoever approves: what changes, what gets looser, on what it rests."""
    old, new = _thresholds(live["groups"]), _thresholds(proposed["groups"])
    rows = [_row(group, old.get(group), new.get(group)) for group in sorted(old.keys() | new.keys(), key=str)]
    table = "\n".join(["| group | review: now | then | alert: now | then | |", "|---|---|---|---|---|---|", *rows])
    others = sorted(
        name
        for name in {*live, *proposed} - {"groups", "measured", "version", "why"}
        if live.get(name) != proposed.get(name)
    )
    also = f"\n\n**Also changed:** {', '.join(others)}. Read the file." if others else ""
    measured = proposed.get("measured")
    basis = (
        f"Measured on {measured['collection']}, face model {measured['face_model_version']}, {measured['at']}: {link}"
        if measured
        else "It rests on no measurement: every match goes to a person."
    )
    return (
        f"Policy **{proposed['version']}** is to replace **{live['version']}**. Thresholds are similarities, 0-100; "
        "a group that isn't listed has the strictest of them, and a person decides.\n\n"
        f"{table if rows else '*No group has thresholds of its own, before or after.*'}{also}\n\n{basis}\n\n"
        "Approve only if you have read the report, above all what its data can *not* show. Your name and note are kept."
    )


def _row(group: tuple[Any, ...], old: Any, new: Any) -> str:
    name = " / ".join(str(value) for value in group if value)
    cells = [f"{tiers[n]:g}" if tiers else "strictest" for n in (0, 1) for tiers in (old, new)]
    return f"| {name} | {' | '.join(cells)} | {_mark(old, new)} |"


def _mark(old: Any, new: Any) -> str:
    if new is None:
        return "a person decides again"
    if old is None or any(then < now for now, then in zip(old, new, strict=True)):
        return "**looser**"
    return "stricter" if new != old else ""


# --------------------------------------------------------------------------------------------- the gate


def standing(policy: Policy, collection: str, face_model_version: str, now: datetime, warn: timedelta) -> list[str]:
    """What keeps the live policy from alerting, or soon will: empty when nothing does."""
    measured, expires = policy.measured, policy.expires()
    if measured is None or expires is None:
        return []
    found = []
    if measured.face_model_version != face_model_version:
        found.append(f"MODEL_CHANGED: measured with {measured.face_model_version}, {face_model_version} is live")
    if measured.collection != collection:
        found.append(f"COLLECTION_CHANGED: measured on {measured.collection}, {collection} is live")
    if now >= expires:
        found.append(f"POLICY_EXPIRED: measured {measured.at:%Y-%m-%d}, good until {expires:%Y-%m-%d}")
    elif now >= expires - warn:
        found.append(f"POLICY_EXPIRES: measured {measured.at:%Y-%m-%d}, good until {expires:%Y-%m-%d}")
    return found
