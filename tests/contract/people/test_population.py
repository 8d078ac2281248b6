"""What a population consists of, and that it is what it claims to be."""

from __future__ import annotations

import json
import shutil
from itertools import combinations, product
from pathlib import Path

import cv2
import numpy as np
import pytest

from standins.people.faces import Box, Face, FaceReader
from standins.people.identities import MAX_STRANGER_COSINE, MIN_SAME_COSINE, cosine
from standins.people.population import FolderError, make_population

from .conftest import WANTED


def contents(out: Path) -> dict[str, bytes]:
    files = [file for part in ("people", "frames") for file in (out / part).rglob("*") if file.is_file()]
    return {file.relative_to(out).as_posix(): file.read_bytes() for file in files}


def times(out: Path) -> dict[str, int]:
    return {file.as_posix(): file.stat().st_mtime_ns for file in out.rglob("*.jpg")}


def faces(file: Path) -> list[Face]:
    return FaceReader().read(np.asarray(cv2.imread(str(file)), np.uint8))


def truth(out: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((out / "frames/truth.json").read_text())


def photos(out: Path) -> dict[str, list[Face]]:
    """The one face of every photo of each missing person."""
    result = {}
    for home in (out / "people").iterdir():
        found = [faces(file) for file in sorted(home.glob("photo-*.jpg"))]
        assert [len(one) for one in found] == [1] * WANTED.photos
        result[home.name] = [one[0] for one in found]
    return result


def test_there_is_a_folder_for_each_missing_person_and_a_truth_for_each_frame(population: Path) -> None:
    homes = sorted((population / "people").iterdir())
    assert len(homes) == WANTED.people
    for home in homes:
        assert json.loads((home / "person.json").read_text())["slug"] == home.name
    frames = {file.name for file in (population / "frames").glob("*.jpg")}
    assert frames == set(truth(population))
    assert len(frames) == WANTED.frames


def test_photos_show_one_person_and_people_differ(population: Path) -> None:
    people = list(photos(population).values())
    for one in people:
        assert all(cosine(a.vector, b.vector) >= MIN_SAME_COSINE for a, b in combinations(one, 2))
    for one, other in combinations(people, 2):
        assert cosine(one[0].vector, other[0].vector) < MAX_STRANGER_COSINE


def test_every_intended_face_is_found_where_the_truth_says_and_is_that_person(population: Path) -> None:
    known = photos(population)
    for name, shown in truth(population).items():
        file = population / "frames" / name
        assert cv2.imread(str(file)).shape == (720, 1280, 3)
        found = faces(file)
        assert len(found) == len(shown)
        for entry in shown:
            box = Box(*map(float, entry["box"]))
            face = max(found, key=lambda face: face.box.overlap(box))
            assert face.box.overlap(box) > 0.4
            assert 80 <= box.height <= 230
            alike = {slug: max(cosine(face.vector, p.vector) for p in pictures) for slug, pictures in known.items()}
            best = max(alike, key=lambda slug: alike[slug])
            if entry["slug"]:
                assert best == entry["slug"]
                assert alike[best] > 0.45
            else:
                assert alike[best] < 0.45


def test_frames_show_missing_people_and_others(population: Path) -> None:
    slugs = [entry["slug"] for shown in truth(population).values() for entry in shown]
    assert None in slugs
    assert {slug for slug in slugs if slug} <= {home.name for home in (population / "people").iterdir()}
    assert any(slugs)


def test_no_camera_picture_shows_an_enrolled_photo(population: Path) -> None:
    """The portraits behind the frames are others than the photos: no face is as good as identical."""
    known = photos(population)
    for name, shown in truth(population).items():
        for face, entry in product(faces(population / "frames" / name), shown):
            if entry["slug"]:
                assert all(cosine(face.vector, photo.vector) < 0.98 for photo in known[str(entry["slug"])])


def test_what_is_made_is_not_made_again(population: Path) -> None:
    before = times(population)
    make_population(population, WANTED)
    assert times(population) == before


def test_an_altered_picture_is_made_again_from_the_portraits_at_hand(population: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    shutil.copytree(population, out)
    drawn = times(out / "portraits")
    victim = next((out / "people").rglob("photo-1.jpg"))
    victim.write_bytes(b"no picture")
    broken = next((out / "portraits").glob("*.jpg"))
    broken.write_bytes(broken.read_bytes()[:1000])
    make_population(out, WANTED)
    assert contents(out) == contents(population)
    assert {name for name, at in times(out / "portraits").items() if at != drawn[name]} == {str(broken)}


def test_what_others_put_there_is_never_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "people" / "jane" / "photo.jpg"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(FolderError, match="did not make"):
        make_population(tmp_path, WANTED)
    assert mine.read_bytes() == b"mine"
