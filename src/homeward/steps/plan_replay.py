"""Plan Replay: which kept detections are decided again, and under what."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from homeward.domain.detections import iso
from homeward.domain.errors import InputError, NotFoundError
from homeward.domain.policy import Policy, parse_policy
from homeward.domain.ports import Clock, KeptDetections, ObjectStore
from homeward.domain.replay import run_folder
from homeward.domain.sync import MAX_BATCHES, Window

PLAN, POLICY = "plan.json", "policy.json"


@dataclass(frozen=True, slots=True)
class PlanReplay:
    """Writes `replay/<run>/plan.json`, and beside it the policy, so that every batch has the same one."""

    kept: KeptDetections
    objects: ObjectStore
    bucket: str
    live_policy_key: Callable[[], str]
    clock: Clock

    def __call__(
        self, run: str, since: str, until: str, policy: str, collection: str, batch_size: int
    ) -> list[dict[str, str]]:
        """Return `{"batch", "label"}` for each batch. Pictures taken in [since, until), ISO times.

        `policy` is a version, or an object key in the cases bucket; "" is the live one. `collection` "" is the one that
        each detection was searched in. InputError when there is no such policy.
        """
        window, key = Window.parse(since, until), self._policy_key(policy)
        rules = self._copy_policy(run, key)
        ids = self.kept.between(window.since, window.until)
        size = max(batch_size, ceil(len(ids) / MAX_BATCHES))
        batches = {f"{n:04}": ids[first : first + size] for n, first in enumerate(range(0, len(ids), size))}
        plan = {
            "run": run,
            "since": iso(window.since),
            "until": iso(window.until),
            "policy": key,
            "policy_version": rules.version,
            "collection": collection,
            "made_at": iso(self.clock()),
            "batches": batches,
        }
        self._put(run, PLAN, json.dumps(plan))
        return [{"batch": name, "label": f"{names[0]} + {len(names) - 1}"} for name, names in batches.items()]

    def _policy_key(self, policy: str) -> str:
        if not policy:
            return self.live_policy_key()
        return policy if "/" in policy else f"policy/{policy}.json"

    def _copy_policy(self, run: str, key: str) -> Policy:
        try:
            text = self.objects.get(self.bucket, key).decode()
        except NotFoundError as missing:
            raise InputError(
                f"there is no policy {key} in the cases bucket; upload it, or correct the field"
            ) from missing
        rules = parse_policy(text)
        self._put(run, POLICY, text)
        return rules

    def _put(self, run: str, name: str, text: str) -> None:
        self.objects.put(self.bucket, f"{run_folder(run)}/{name}", text.encode(), "application/json")


def read_plan(objects: ObjectStore, bucket: str, run: str) -> dict[str, Any]:
    """The plan of a run; NotFoundError."""
    plan: dict[str, Any] = json.loads(objects.get(bucket, f"{run_folder(run)}/{PLAN}"))
    return plan
