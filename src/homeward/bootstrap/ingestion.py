"""The use cases of the sync DAGs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.bootstrap.detection import retract_alerts_of
from homeward.bootstrap.stores import (
    audit_log,
    cases,
    cases_bucket,
    face_collections,
    faces,
    fetch_failures,
    latest_runs,
    objects,
    operators,
    suppressions,
)
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.domain.ports import CaseSource
    from homeward.steps.diff_cases import DiffCases
    from homeward.steps.fetch_cases import FetchCases
    from homeward.steps.index_photo import IndexPhoto
    from homeward.steps.remove_faces import RemoveFaces
    from homeward.steps.summarise_sync import SummariseSync
    from homeward.steps.suppress_case import SuppressCase
    from homeward.steps.sweep_cases import SweepCases
    from homeward.steps.withdraw_cases import WithdrawCases
    from homeward.steps.write_manifest import WriteManifest


def _namus() -> CaseSource:
    from homeward.adapters.sources.namus import NamusSource

    return NamusSource.from_environment(os.environ)


def _fbi() -> CaseSource:
    from homeward.adapters.sources.fbi import FbiSource

    return FbiSource.from_environment(os.environ)


SOURCES: Mapping[str, Callable[[], CaseSource]] = {"namus": _namus, "fbi": _fbi}
"""Name of a source -> what makes its adapter. Another source is an adapter and a row here (CONTRIBUTING.md)."""


@cache
def source(name: str) -> CaseSource:
    """A source, as the environment variables HOMEWARD_<NAME>_* say; one HTTP session per process."""
    return SOURCES[name]()


def _actor(name: str) -> str:
    """Who is said to have done what a source's DAG does."""
    return f"dag:sync_{name}_cases"


def sweep_cases(name: str) -> SweepCases:
    """Task sweep_cases."""
    from homeward.steps.sweep_cases import SweepCases

    return SweepCases(source(name), objects(), cases_bucket(), base.clock)


def diff_cases(name: str) -> DiffCases:
    """Task diff_cases."""
    from homeward.steps.diff_cases import DiffCases

    return DiffCases(
        source=source(name),
        cases=cases(),
        failures=fetch_failures(),
        suppressions=suppressions(),
        objects=objects(),
        audit=audit_log(),
        operators=operators(),
        bucket=cases_bucket(),
        clock=base.clock,
        actor=_actor(name),
    )


def fetch_cases(name: str) -> FetchCases:
    """Task fetch_cases."""
    from homeward.steps.case_photos import SortPhotos
    from homeward.steps.fetch_cases import FetchCases

    bucket = cases_bucket()
    photos = SortPhotos(source(name), cases(), objects(), bucket)
    stores = (cases(), fetch_failures(), suppressions(), photos, objects())
    return FetchCases(source(name), *stores, bucket, base.clock, _actor(name))


def withdraw_cases(name: str) -> WithdrawCases:
    """Task withdraw_cases."""
    from homeward.steps.withdraw_cases import WithdrawCases

    return WithdrawCases(source(name), cases(), objects(), cases_bucket(), base.clock, _actor(name))


def remove_faces(actor: str) -> RemoveFaces:
    """Task remove_faces; also done at once when a person suppresses a case."""
    from homeward.steps.remove_faces import RemoveFaces

    return RemoveFaces(face_collections(), cases(), objects(), cases_bucket(), base.clock, actor, retract_alerts_of)


def suppress_case() -> SuppressCase:
    """A person's entry in the suppression list."""
    from homeward.steps.suppress_case import SuppressCase

    return SuppressCase(cases(), suppressions(), base.clock)


def write_manifest() -> WriteManifest:
    """Task write_manifest."""
    from homeward.steps.write_manifest import WriteManifest

    names = settings()
    machine = names[Setting.INDEX_PHOTOS_MACHINE_ARN]
    return WriteManifest(cases(), objects(), names[Setting.CASES_BUCKET], machine)


def index_photo() -> IndexPhoto:
    """Function index_photo."""
    from homeward.steps.index_photo import IndexPhoto

    return IndexPhoto(faces(), cases(), cases_bucket(), base.clock)


def summarise_sync(name: str) -> SummariseSync:
    """Task summarise_sync."""
    from homeward.steps.summarise_sync import SummariseSync

    stores = (cases(), objects(), audit_log(), latest_runs())
    return SummariseSync(*stores, name, cases_bucket(), base.clock, _actor(name))
