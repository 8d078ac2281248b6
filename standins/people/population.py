"""The whole population of a folder: chosen, drawn, checked, and put in place at once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from standins.people.attributes import person_of
from standins.people.files import write_bytes, write_json
from standins.people.frames import Frame, make_frame
from standins.people.identities import Identity, choose_people, cosine, other_pictures
from standins.people.models import PeopleError
from standins.people.plan import Scene, appearances, plan_scenes
from standins.people.portraits import Portraits
from standins.people.progress import Steps

VERSION = 1  # of the drawing: raise it when the same parameters give other pictures
MAX_KEPT_BACK = 3  # pictures of a person for the camera; more appearances use them again
PARTS = ("people", "frames")
Manifest = dict[str, object]


class FolderError(PeopleError):
    """The output folder can't be used."""


@dataclass(frozen=True)
class Parameters:
    """What decides every byte of a population."""

    people: int
    others: int
    photos: int
    frames: int
    seed: int


def make_population(out: Path, wanted: Parameters) -> Manifest:
    """Make (or find already made) the population in the folder; returns its manifest.

    Raises FolderError, TooFewPeopleError, FrameError, ModelError, OSError.
    """
    out.mkdir(parents=True, exist_ok=True)
    with _alone_in(out):
        manifest = _read_manifest(out)
        if manifest and _is_complete(out, manifest, wanted):
            return manifest
        if manifest is None and any((out / part).exists() for part in PARTS):
            raise FolderError(f"{out} holds people or frames that this program did not make; name another --out")
        header: Manifest = {"version": VERSION, "parameters": asdict(wanted)}
        write_json(out / "manifest.json", header)  # claims the folder; without "files" it counts as unfinished
        making = out / ".making"
        shutil.rmtree(making, ignore_errors=True)
        measured = _draw(out / "portraits", making, wanted)
        _put_in_place(making, out)
        manifest = {**header, "measured": measured, "files": _digests(out)}
        write_json(out / "manifest.json", manifest)
        return manifest


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderError(f"another run is making {out}; wait for it, or name another --out") from error
        yield


def _read_manifest(out: Path) -> Manifest | None:
    try:
        content = json.loads((out / "manifest.json").read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise FolderError(f"{out / 'manifest.json'} is no JSON; delete that file and the folders beside it") from error
    return content if isinstance(content, dict) else {}


def _is_complete(out: Path, manifest: Manifest, wanted: Parameters) -> bool:
    same = manifest.get("version") == VERSION and manifest.get("parameters") == asdict(wanted)
    return same and "files" in manifest and manifest["files"] == _digests(out)


def _digests(out: Path) -> dict[str, str]:
    files = sorted(file for part in PARTS for file in (out / part).rglob("*") if file.is_file())
    return {file.relative_to(out).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _draw(cache: Path, making: Path, wanted: Parameters) -> Manifest:
    """Draw everything into the folder `making`; returns what was measured on the way."""
    scenes = plan_scenes(wanted.frames, wanted.people, wanted.others)
    seen_missing, seen_others = appearances(scenes)
    kept = [min(seen_missing[i], MAX_KEPT_BACK) for i in range(wanted.people)]
    kept += [min(seen_others[i], MAX_KEPT_BACK) for i in range(wanted.others)]
    photos = [wanted.photos] * wanted.people + [1] * wanted.others
    portraits = Portraits(cache)
    with Steps(sum(photos) + sum(kept) + len(scenes)) as steps:
        firsts = choose_people(portraits, len(photos), wanted.seed, lambda: steps.tick("choosing people"))
        identities = []
        for index, first in enumerate(firsts):
            pictures = other_pictures(portraits, first, firsts[:index] + firsts[index + 1 :])
            more = []
            for picture in islice(pictures, photos[index] - 1 + kept[index]):
                more.append(picture)
                steps.tick("drawing their pictures")
            identities.append(Identity(first, more[: photos[index] - 1], more[photos[index] - 1 :]))
        missing, others = identities[: wanted.people], identities[wanted.people :]
        for identity in missing:
            _write_person(making / "people", identity)
        return _write_frames(making / "frames", scenes, missing, others, portraits, steps, wanted.seed)


def _write_person(folder: Path, identity: Identity) -> None:
    person = person_of(identity.number)
    home = folder / str(person["slug"])
    write_json(home / "person.json", person)
    for number, portrait in enumerate([identity.first, *identity.more], start=1):
        write_bytes(home / f"photo-{number}.jpg", portrait.data)


def _write_frames(
    folder: Path,
    scenes: list[Scene],
    missing: list[Identity],
    others: list[Identity],
    portraits: Portraits,
    steps: Steps,
    seed: int,
) -> Manifest:
    """Write the camera pictures and truth.json; returns how alike their faces are to the missing people's photos."""
    truth: dict[str, list[dict[str, object]]] = {}
    same: list[float] = []
    strange: list[float] = []
    used = {identity.number: 0 for identity in missing + others}
    for index, scene in enumerate(scenes):
        cast = [missing[i] for i in scene.missing] + [others[i] for i in scene.others]
        chosen = []
        for identity in cast:
            chosen.append(identity.kept_back[used[identity.number] % len(identity.kept_back)])
            used[identity.number] += 1
        frame = make_frame(chosen, scene.place, portraits.reader, [seed, index])
        write_bytes(folder / scene.name, frame.data)
        truth[scene.name] = _truth(frame, {identity.number for identity in missing})
        for shown in frame.shown:
            for identity in missing:
                alike = max(cosine(shown.face.vector, p.face.vector) for p in [identity.first, *identity.more])
                (same if identity.number == shown.portrait.number else strange).append(alike)
        steps.tick("taking camera pictures")
    write_json(folder / "truth.json", truth)
    return {
        "cosine_same_person_lowest": round(min(same), 3) if same else None,
        "cosine_same_person_median": round(statistics.median(same), 3) if same else None,
        "cosine_strangers_highest": round(max(strange), 3) if strange else None,
    }


def _truth(frame: Frame, missing: set[int]) -> list[dict[str, object]]:
    return [
        {
            "slug": person_of(shown.portrait.number)["slug"] if shown.portrait.number in missing else None,
            "box": [round(v) for v in (shown.box.x, shown.box.y, shown.box.width, shown.box.height)],
        }
        for shown in frame.shown
    ]


def _put_in_place(making: Path, out: Path) -> None:
    """Replace the parts of the population by the new ones; the old ones go only when the new ones are whole."""
    for part in PARTS:
        (making / part).mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if (out / part).exists():
            os.rename(out / part, making / f"old-{part}")
        os.rename(making / part, out / part)
    shutil.rmtree(making)
