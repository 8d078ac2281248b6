"""The use cases of the DAGs rebuild_collection and retire_generations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.maintenance import survey_collection
from homeward.bootstrap.stores import (
    audit_log,
    cases,
    cases_bucket,
    fetch_failures,
    objects,
    patient_face_collections,
    patient_faces,
)

if TYPE_CHECKING:
    from homeward.steps.adopt_faces import AdoptFaces
    from homeward.steps.build_generation import BuildGeneration
    from homeward.steps.clear_generations import ClearGenerations
    from homeward.steps.collection_repairs import CollectionRepairs
    from homeward.steps.delete_retired import DeleteRetired
    from homeward.steps.generation_records import GenerationRecords
    from homeward.steps.index_generation import IndexGeneration
    from homeward.steps.plan_rebuild import PlanRebuild
    from homeward.steps.rebuild_files import RebuildFiles
    from homeward.steps.switch_collection import SwitchCollection
    from homeward.steps.verify_generation import VerifyGeneration

REBUILDER, RETIRER = "dag:rebuild_collection", "dag:retire_generations"


def _build(actor: str) -> BuildGeneration:
    from homeward.steps.build_generation import BuildGeneration

    stores = (patient_face_collections(), cases(), survey_collection(), audit_log())
    return BuildGeneration(*stores, cases_bucket(), base.clock, actor)


def _records() -> GenerationRecords:
    from homeward.steps.generation_records import GenerationRecords

    return GenerationRecords(objects(), cases_bucket(), base.clock)


def _files() -> RebuildFiles:
    from homeward.steps.rebuild_files import RebuildFiles

    return RebuildFiles(objects(), cases_bucket())


def plan_rebuild() -> PlanRebuild:
    """Task plan_rebuild."""
    from homeward.steps.plan_rebuild import PlanRebuild

    return PlanRebuild(_build(REBUILDER), _records(), _files())


def index_generation() -> IndexGeneration:
    """Task index_generation."""
    from homeward.steps.index_generation import IndexGeneration

    return IndexGeneration(_build(REBUILDER), _files())


def verify_generation() -> VerifyGeneration:
    """Task verify_generation."""
    from homeward.steps.verify_generation import VerifyGeneration

    return VerifyGeneration(_build(REBUILDER), _files())


def switch_collection() -> SwitchCollection:
    """Task switch_collection."""
    from homeward.steps.switch_collection import SwitchCollection

    return SwitchCollection(_build(REBUILDER), _records(), _files())


def adopt_faces() -> AdoptFaces:
    """Task adopt_faces."""
    from homeward.steps.adopt_faces import AdoptFaces

    return AdoptFaces(survey_collection(), _repairs_of)


def _repairs_of(run: str) -> CollectionRepairs:
    from homeward.steps.collection_repairs import CollectionRepairs

    stores = (patient_faces(), cases(), fetch_failures(), objects(), audit_log())
    return CollectionRepairs(*stores, cases_bucket(), base.clock, REBUILDER, run)


def clear_generations() -> ClearGenerations:
    """Task clear_generations."""
    from homeward.steps.clear_generations import ClearGenerations

    return ClearGenerations(_build(RETIRER))


def delete_retired() -> DeleteRetired:
    """Task delete_retired."""
    from homeward.steps.delete_retired import DeleteRetired

    return DeleteRetired(_build(RETIRER), _records())
