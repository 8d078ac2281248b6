"""Plays camera pictures through the camera agent and follows each face to its decision."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeward import bootstrap
from homeward.domain.cases import CaseKey
from homeward.domain.detections import Detection, DetectionState, Picture
from homeward.domain.errors import NotFoundError
from homeward.local.errors import LocalError
from homeward.local.home import repository
from homeward.settings import Setting

GIVE_UP_SECONDS = 60  # without S3 taking anything
DECIDED = (DetectionState.FINISHED, DetectionState.IN_REVIEW)


class PlaybackError(LocalError):
    """The camera agent failed, or a detection didn't come to a decision in time."""


@dataclass
class Face:
    """A face of a frame: where it was (x, y, width, height in px), and what became of it."""

    frame: str
    box: list[int]
    detection_id: str
    row: dict[str, Any] = field(default_factory=dict)
    name: str | None = None

    @property
    def decided(self) -> bool:
        """Whether the machine is done with it, or waits for a person."""
        return self.row.get("state") in DECIDED

    @property
    def best(self) -> dict[str, Any] | None:
        """The best eligible case, when there was one."""
        best: dict[str, Any] | None = self.row.get("decision", {}).get("best")
        return best

    def to_json(self) -> dict[str, Any]:
        """One entry of `--json`."""
        decision = self.row.get("decision", {})
        return {
            "frame": self.frame,
            "box": self.box,
            "detection_id": self.detection_id,
            "case": self.best["case"] if self.best else None,
            "name": self.name,
            "similarity": self.best["similarity"] if self.best else None,
            "thresholds": decision.get("thresholds"),
            "group": decision.get("group"),
            "decision": decision.get("verdict"),
            "outcome": self.row.get("outcome") or self.row.get("state"),
            "reasons": decision.get("reasons", []),
            "policy_version": decision.get("policy_version"),
            "place": self.row.get("place"),
            "captured_at": self.row.get("captured_at"),
        }


@dataclass
class Playback:
    """What the agent reported: faces, pictures without one, and pictures that it couldn't read."""

    faces: list[Face] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


def play(frames: Mapping[str, Sequence[Path]], environment: Mapping[str, str], log: Path) -> Playback:
    """Send pictures through the camera agent into the pictures bucket; `frames` maps a camera (and place) to them."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "homeward-camera.toml")
        config.write_text(_config(frames, Path(folder), bootstrap.settings()[Setting.PICTURES_BUCKET]))
        return _run_agent(config, environment, log)


def _config(frames: Mapping[str, Sequence[Path]], folder: Path, bucket: str) -> str:
    """The agent's configuration: each camera is a folder with links to its pictures."""
    lines = [f'bucket = "{bucket}"', f'spool = "{folder}/spool"', "heartbeat_seconds = 0"]
    for camera, pictures in frames.items():
        shown = folder / "pictures" / camera
        shown.mkdir(parents=True)
        for picture in pictures:
            (shown / picture.name).symlink_to(picture.resolve())
        lines += ["[[cameras]]", f'id = "{camera}"', f'place = "{camera}"', f'source = "{shown}"']
    return "\n".join(lines)


def _run_agent(config: Path, environment: Mapping[str, str], log: Path) -> Playback:
    command = [sys.executable, "-m", "homeward_camera", "--config", str(config), "--give-up", str(GIVE_UP_SECONDS)]
    with log.open("ab") as errors:
        agent = subprocess.run(
            command,
            cwd=repository() / "edge",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
        errors.write(agent.stdout.encode())
    played = _played([json.loads(line) for line in agent.stdout.splitlines()])
    if played is None or (agent.returncode and not played.unreadable):
        raise PlaybackError(f"the camera agent failed (exit code {agent.returncode}): see {log}")
    return played


def _played(events: Sequence[Mapping[str, Any]]) -> Playback | None:
    """What the agent's log tells; None when it kept a shot that it couldn't upload."""
    bucket, played = bootstrap.settings()[Setting.PICTURES_BUCKET], Playback()
    stored = {line["key"]: line["version"] for line in events if line["event"] == "uploaded"}
    if any(line["event"] == "shot" and line["key"] not in stored for line in events):
        return None
    for line in events:
        if line["event"] == "unreadable":
            played.unreadable[line["frame"]] = line["reason"]
        elif line["event"] == "no_face":
            played.empty.append(line["frame"])
        elif line["event"] == "shot":
            picture = Picture(bucket, line["key"], stored[line["key"]], 0)
            detection = Detection.of(picture, line["camera"])
            played.faces.append(Face(line["frame"], list(line["box"]), detection.detection_id))
    return played


def follow(faces: Sequence[Face], seconds: float, show: Callable[[int, int | None], None]) -> None:
    """Wait until every face is decided; PlaybackError names those that aren't after `seconds`."""
    store, deadline = bootstrap.detections(), time.monotonic() + seconds
    while waiting := [face for face in faces if not face.decided]:
        for face in waiting:
            face.row = _row(store.get, face.detection_id)
        show(sum(face.decided for face in faces), len(faces))
        if time.monotonic() > deadline:
            raise PlaybackError(
                f"{len(waiting)} faces are not decided after {seconds:.0f} s, e.g. {waiting[0].detection_id}"
            )
        time.sleep(0.2)
    _add_names(faces)


def _row(get: Callable[[str], dict[str, Any]], detection_id: str) -> dict[str, Any]:
    try:
        return get(detection_id)
    except NotFoundError:  # its event is still on the way
        return {}


def _add_names(faces: Sequence[Face]) -> None:
    """Names are in the raw records only; read those that somebody looks at."""
    keys = {CaseKey.parse(face.best["case"]) for face in faces if face.best}
    cases, objects = bootstrap.cases().get_cases(keys), bootstrap.objects()
    bucket = bootstrap.settings()[Setting.CASES_BUCKET]
    names = {}
    for key, case in cases.items():
        person = json.loads(objects.get(bucket, case.raw_key)).get("subjectIdentification", {})
        names[str(key)] = " ".join(filter(None, (person.get("firstName"), person.get("lastName"))))
    for face in faces:
        face.name = names.get(face.best["case"]) if face.best else None
