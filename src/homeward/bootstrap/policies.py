"""The use cases of the DAGs that propose, publish and watch policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.stores import (
    audit_log,
    cases_bucket,
    live_collection,
    live_policy,
    objects,
    operators,
    policy_shelf,
)

if TYPE_CHECKING:
    from homeward.steps.check_policy import CheckPolicy
    from homeward.steps.decide_policy import DecidePolicy
    from homeward.steps.propose_policy import ProposePolicy
    from homeward.steps.watch_policy import WatchPolicy

PROPOSER, PUBLISHER, WATCHER = "dag:measure_bias", "dag:publish_policy", "dag:watch_policy"


def propose_policy() -> ProposePolicy:
    """Task propose_policy."""
    from homeward.steps.propose_policy import ProposePolicy

    return ProposePolicy(policy_shelf(), objects(), cases_bucket(), audit_log(), base.clock, PROPOSER)


def check_policy() -> CheckPolicy:
    """Task check_policy."""
    from homeward.steps.check_policy import CheckPolicy

    where = (objects(), cases_bucket(), live_collection)
    return CheckPolicy(policy_shelf(), *where, audit_log(), base.clock, PUBLISHER)


def decide_policy() -> DecidePolicy:
    """Task decide_policy."""
    from homeward.steps.decide_policy import DecidePolicy

    return DecidePolicy(policy_shelf(), check_policy(), audit_log(), base.clock, PUBLISHER)


def watch_policy() -> WatchPolicy:
    """Task watch_policy."""
    from homeward.steps.watch_policy import WatchPolicy

    where = (objects(), cases_bucket(), operators())
    return WatchPolicy(live_policy(), live_collection, *where, audit_log(), base.clock, WATCHER)
