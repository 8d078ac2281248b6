"""A case is closed at its source: its faces and pictures are gone within that run, and it is kept out."""

from __future__ import annotations

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.domain.cases import CaseStatus, PhotoStatus
from homeward.domain.suppressions import SuppressionReason
from tests.contract.retention.sightings import Sightings


def test_within_one_run(seen: Sightings) -> None:
    key, town = seen.town.key(seen.first), seen.town
    (photo,) = town.store.photos_of(key)
    assert photo.object_key
    town.objects.put(town.bucket, photo.object_key, seen.pictures[0], "image/jpeg")  # an older version is left
    town.cases[seen.first] |= {"caseIsResolved": True, "modifiedDateTime": "2026-11-20T20:00:00"}
    town.serve(seen.first)
    town.sync()
    for collection in bootstrap.stores.face_collections().all():
        listed = client("rekognition").list_faces(CollectionId=collection, MaxResults=4096)["Faces"]
        assert [face for face in listed if face["ExternalImageId"].startswith(f"{key}:")] == []
    versions = client("s3").list_object_versions(Bucket=town.bucket, Prefix=photo.object_key)
    assert not versions.get("Versions")
    assert town.suppressions.entries([key])[key].reason is SuppressionReason.RESOLVED
    assert town.store.get_cases([key])[key].status is CaseStatus.CLOSED
    assert [one.status for one in town.store.photos_of(key)] == [PhotoStatus.WITHDRAWN]
