"""Videos of walk-bys, 1920x1080: by day, at night, and crowds of ten; with the truth about every face in them."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.edge.walkers import Head, Walk, paint
from standins.people.generator import Picture
from standins.people.identities import choose_people, other_pictures
from standins.people.portraits import Portrait, Portraits
from standins.people.scenes import draw_place

WIDTH, HEIGHT, RATE = 1920, 1080, 10
AT_ONCE = 10  # in a crowd
SCENES = ("day", "night", "crowd")


@dataclass(frozen=True)
class Video:
    """A recording; `truth[frame][person]` is the face's box (left, top, width, height in px) where it can be seen."""

    path: Path
    truth: list[dict[str, list[float]]]
    first_photos: dict[str, bytes]  # of each person, as a case has it


def make_video(folder: Path, scene: str, people: int, seed: int = 0) -> Video:
    """The video, made anew unless it is there: `people` walk by, one or two at a time, in a crowd ten."""
    folder.mkdir(parents=True, exist_ok=True)
    path, truth = folder / f"{scene}-{people}-{seed}.avi", folder / f"{scene}-{people}-{seed}.json"
    portraits = Portraits(folder / "portraits")
    chosen = choose_people(portraits, people, seed, lambda: None)
    photos = {str(one.number): one.data for one in chosen}
    if not truth.is_file():
        heads = [Head.of(_another(portraits, one, chosen)) for one in chosen]
        rng = np.random.default_rng([seed, SCENES.index(scene)])
        truth.write_text(json.dumps(_record(path, scene, _walks(heads, scene, rng), rng)))
    return Video(path, json.loads(truth.read_text()), photos)


def _another(portraits: Portraits, person: Portrait, chosen: list[Portrait]) -> Portrait:
    """Another picture than the case's."""
    strangers = [one for one in chosen if one.number != person.number]
    return next(other_pictures(portraits, person, strangers))


def _walks(heads: list[Head], scene: str, rng: np.random.Generator) -> list[Walk]:
    walks = []
    for number, head in enumerate(heads):
        lasts = float(rng.uniform(5, 8))
        begins = (number // AT_ONCE) * 9.0 + rng.uniform(0, 1) if scene == "crowd" else number * 3.5
        walks.append(_walk(head, float(begins), lasts, crowd=scene == "crowd", rng=rng))
    return walks


def _walk(head: Head, begins: float, lasts: float, *, crowd: bool, rng: np.random.Generator) -> Walk:
    """Across the picture, or towards the camera."""
    phase, clothes = float(rng.uniform(0, 2 * np.pi)), int(rng.integers(7))
    line = float(rng.uniform(0.15, 0.45))
    if rng.random() < 0.5:
        left, near = rng.random() < 0.5, float(rng.uniform(50, 110 if crowd else 180))
        ends = (-0.05, 1.05) if left else (1.05, -0.05)
        return Walk(head, begins, lasts, (ends[0], line), (ends[1], line), (near, near * 1.15), phase, clothes)
    place, far = float(rng.uniform(0.1, 0.9)), float(rng.uniform(25, 45))
    near = float(rng.uniform(90, 130 if crowd else 210))
    aside = float(np.clip(place + rng.uniform(-0.25, 0.25), 0.05, 0.95))
    return Walk(head, begins, lasts, (place, line), (aside, line + 0.1), (far, near), phase, clothes)


def _record(path: Path, scene: str, walks: list[Walk], rng: np.random.Generator) -> list[dict[str, list[float]]]:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (WIDTH, HEIGHT))
    place = cv2.resize(draw_place("platform", rng), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    count = round((max(walk.begins + walk.lasts for walk in walks) + 1) * RATE)
    truth = []
    for number in range(count):
        if number % 50 == 0:
            print(f"video {path.name}: {number}/{count} frames", file=sys.stderr)
        picture, seen = _frame(place, walks, number / RATE)
        writer.write(_as_camera(picture, rng, night=scene == "night"))
        truth.append(seen)
    writer.release()
    return truth


def _frame(place: Picture, walks: list[Walk], second: float) -> tuple[Picture, dict[str, list[float]]]:
    picture, seen = place.copy(), dict[str, list[float]]()
    poses = [(walk, pose) for walk in walks if (pose := walk.at(second, (WIDTH, HEIGHT)))]
    for walk, pose in sorted(poses, key=lambda one: one[1].high):  # the farther first
        paint(picture, walk, pose)
        x, y, wide, high = pose.box(walk.head)
        if x > 0 and y > 0 and x + wide < WIDTH and y + high < HEIGHT:
            seen[str(walk.head.number)] = [round(value, 1) for value in (x, y, wide, high)]
    return picture, seen


def _as_camera(picture: Picture, rng: np.random.Generator, *, night: bool) -> Picture:
    """Blurred, noisy; at night dark and much noisier."""
    light, blur, noise = (0.3, 1.1, 9.0) if night else (0.95, 0.6, 3.0)
    seen = cv2.GaussianBlur(picture, (0, 0), blur).astype(np.float32) * light
    # Drawn once a frame at half the size: noise of a compressed video has no finer grain.
    grain = rng.normal(0, noise, (HEIGHT // 2, WIDTH // 2, 1)).astype(np.float32)
    seen += cv2.resize(grain, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)[..., np.newaxis]
    return np.asarray(seen.clip(0, 255), np.uint8)
