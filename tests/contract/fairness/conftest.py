"""A collection of vectors whose similarities are known beforehand, behind the real face service and the real tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from homeward.adapters import parameters
from homeward.adapters.aws import client
from homeward.adapters.case_items import case_item, photo_item
from homeward.adapters.dynamodb import put, transact
from homeward.bootstrap import base
from homeward.deployment import deploy
from homeward.domain.cases import Case, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.settings import Setting, Settings
from standins.rekognition.entries import FaceEntry
from standins.rekognition.models import FACE_MODEL_VERSION
from standins.rekognition.store import Store
from tests.deployed import AWS
from tests.factories import case, case_key
from tests.serving import free_port, serving

COLLECTION, LENGTH = "missing-people-1", 128
SEXES = ("Female", "Male")


@dataclass
class Population:
    """People with two photos each, alternately Female and Male, and the system that holds them.

    `strangers` are vectors of others like them, two of each, who aren't enrolled.
    """

    settings: Settings
    cases: list[Case]
    photos: list[Photo]
    vectors: NDArray[np.float32]
    strangers: NDArray[np.float32]


def vectors(people: int, biased: str, closeness: float) -> NDArray[np.float32]:
    """Two unit vectors of each person, near each other; those of the biased group moved towards one direction."""
    dice = np.random.default_rng(7)
    centres = dice.standard_normal((people, LENGTH))
    towards = dice.standard_normal(LENGTH)
    for number in range(people):
        if SEXES[number % 2] == biased:
            centres[number] += closeness * towards
    photos = np.repeat(centres, 2, axis=0) + 0.25 * dice.standard_normal((2 * people, LENGTH))
    return (photos / np.linalg.norm(photos, axis=1, keepdims=True)).astype(np.float32)


def key_of(number: int) -> PhotoKey:
    return PhotoKey(case_key(1000 + number // 2), number % 2 + 1, f"{number:032x}")


@contextmanager
def population(
    folder: Path, people: int, biased: str = "", closeness: float = 0.0, strangers: int = 0
) -> Iterator[Population]:
    """Store the vectors, start everything, deploy, and write the rows that go with them."""
    found, others = np.split(vectors(people + strangers, biased, closeness), [2 * people])
    store = Store(folder / "faces", FACE_MODEL_VERSION)
    collection = store.create_collection(COLLECTION, {})
    names = [key_of(number).external_image_id for number in range(len(found))]
    entries = [FaceEntry(f"picture-{n}", name, 0, (0.2, 0.2, 0.5, 0.5), 90.0) for n, name in enumerate(names)]
    store.add_faces(collection, list(zip(entries, found, strict=True)))
    store.close()
    port = free_port()
    with pytest.MonkeyPatch.context() as env:
        for name, value in {**AWS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "HOMEWARD_STACK": "fair"}.items():
            env.setenv(name, value)
        with serving("standins.rekognition", "--data", str(folder / "faces"), log=folder / "faces.log") as faces:
            where = ("--data", str(folder / "cloud"), "--rekognition-url", faces)
            with serving("standins.cloud", *where, log=folder / "cloud.log", port=port):
                env.setenv("AWS_ENDPOINT_URL_REKOGNITION", faces)
                _forget()
                settings = Settings(deploy("fair", progress=lambda text: None).settings)
                yield _with_rows(settings, people, found, others)
    _forget()


def _with_rows(settings: Settings, people: int, found: NDArray[np.float32], others: NDArray[np.float32]) -> Population:
    pages = client("rekognition").get_paginator("list_faces").paginate(CollectionId=COLLECTION)
    ids = {face["ExternalImageId"]: face["FaceId"] for page in pages for face in page["Faces"]}
    cases = [case(1000 + n, sex=SEXES[n % 2], link="https://example.org/case") for n in range(people)]
    photos = [
        Photo(
            key, PhotoClass.FACIAL, PhotoStatus.INDEXED, f"photos/{n}.jpg", "0" * 64, None, ids[key.external_image_id]
        )
        for n, key in enumerate(map(key_of, range(2 * people)))
    ]
    for one in cases:
        transact(put(settings[Setting.CASES_TABLE], case_item(one)))
    for photo in photos:
        transact(put(settings[Setting.PHOTOS_TABLE], photo_item(photo)))
    return Population(settings, cases, photos, found, others)


def _forget() -> None:
    client.cache_clear()
    parameters.forget()
    base.settings.cache_clear()
