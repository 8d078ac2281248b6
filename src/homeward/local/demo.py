"""The demo: from nothing to an alert, with people who do not exist, or with the user's own pictures."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homeward import bootstrap, deployment
from homeward.domain.sync import run_folder, run_name
from homeward.local.environment import UNHURRIED
from homeward.local.errors import LocalError
from homeward.local.health import get_json
from homeward.local.home import Home, repository
from homeward.local.playback import Face, Playback, follow, play
from homeward.local.ports import Ports
from homeward.local.system import LocalOptions, LocalSystem
from homeward.settings import Setting

DAG = "sync_namus_cases"
PHONE = "+15555550100"  # a number that nobody has
OWN_CAMERA = "own-pictures"
MADE, OWN = "demo", "own-"  # names of the demos' states below the state folder
PICTURES = (".jpg", ".jpeg", ".png")
SYNC_SECONDS, DECISION_SECONDS = 600.0, 300.0
# The first run of a new home handles every case, whenever it was entered.
EVERYTHING = {"since": "2000-01-01T00:00:00+00:00", "until": "2100-01-01T00:00:00+00:00"}


class DemoError(LocalError):
    """The demo can't go on: something in the pictures or in a run is wrong."""


@dataclass(frozen=True)
class DemoOptions:
    """`people` and `frames` are folders of the user's own pictures; without them a population is made.

    `population` are further arguments of `standins.people`, e.g. `("--people", "3")`.
    """

    home: Home = field(default_factory=Home.default)
    ports: Ports = field(default_factory=Ports)
    people: Path | None = None
    frames: Path | None = None
    population: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Whether the user brings pictures."""
        return self.people is not None


@dataclass(frozen=True)
class DemoResult:
    """What happened: the sync's report, every face with its decision, and the SMS that arrived."""

    report: dict[str, Any]
    playback: Playback
    messages: list[str]

    @property
    def faces(self) -> list[Face]:
        """Every face of every frame."""
        return self.playback.faces

    @property
    def alerts(self) -> list[tuple[Face, str]]:
        """The faces that alerted, each with its SMS."""
        return [(face, text) for face in self.faces for text in self.messages if text.endswith(face.detection_id)]

    def succeeded(self, own: bool) -> bool:
        """With made people: an alert arrived. With the user's own pictures: all were processed."""
        return not self.playback.unreadable if own else bool(self.alerts)

    def to_json(self) -> dict[str, Any]:
        """The content of `--json FILE`."""
        return {
            "sync": self.report,
            "faces": [face.to_json() for face in self.faces],
            "frames_without_a_face": self.playback.empty,
            "unreadable_frames": self.playback.unreadable,
            "messages": self.messages,
        }


def demo_home(options: DemoOptions) -> Home:
    """Each population has a state of its own, so that two never mix in one collection."""
    if options.people is None:
        return Home(options.home.root / MADE)
    pictures = sorted(path for path in options.people.rglob("*") if path.is_file())
    listing = "\n".join(f"{path}\0{path.stat().st_size}\0{path.stat().st_mtime_ns}" for path in pictures)
    digest = hashlib.sha256(f"{options.people.resolve()}\n{listing}".encode()).hexdigest()
    return Home(options.home.root / f"{OWN}{digest[:12]}")


def homes_below(home: Home) -> list[Home]:
    """The states of demos that have run below a state folder."""
    return [Home(path) for path in (home.root / MADE, *sorted(home.root.glob(f"{OWN}*"))) if path.is_dir()]


def local_options(options: DemoOptions) -> LocalOptions:
    """The system that the demo runs on."""
    home = demo_home(options)
    people = options.people or home.people / "people"
    return LocalOptions(
        home=home,
        ports=options.ports,
        namus_arguments=("--seed", "1", "--people", str(people)),
        make_people=None if options.own else ("--out", str(home.people), *options.population),
        environment=UNHURRIED,
        # The made people walk by again in each demo: without this the quiet window would rightly hold the alert back.
        fresh=not options.own,
        deploy=lambda environment: _deploy(environment, own=options.own),
    )


def _deploy(environment: Mapping[str, str], own: bool) -> None:
    os.environ.update(environment)  # for this process's own boto3
    policy = repository() / "policy" / ("matching.json" if own else "demo.json")
    deployment.deploy(policy_file=policy, phone_numbers=[PHONE])


def check(options: DemoOptions, show: Callable[[int, int], None]) -> None:
    """DemoError naming the first picture of `--people` that can't be read or doesn't hold exactly one face."""
    if options.people is None or options.frames is None:
        return
    for name, folder in (("--people", options.people), ("--frames", options.frames)):
        if not folder.is_dir() or not pictures_in(folder):
            raise DemoError(f"{name} {folder} holds no picture (.jpg, .png): give a folder that does")
    show(0, 1)
    command = [sys.executable, "-m", "standins.rekognition.check", str(options.people.resolve())]
    checked = subprocess.run(command, cwd=repository(), stderr=subprocess.PIPE, text=True, check=False)
    if checked.returncode:
        bad = checked.stderr.strip().splitlines()
        raise DemoError(bad[0] + (f" ({len(bad) - 1} more like it)" if len(bad) > 1 else ""))
    show(1, 1)


def ingest(system: LocalSystem, show: Callable[[int, int | None, str], None]) -> dict[str, Any]:
    """Run the DAG over everything; `show` gets tasks done, tasks known, what runs now. Returns the sync's report."""
    show(0, None, "Airflow reads the DAG")
    api = system.airflow_api()
    api.wait_for_dag(DAG)
    api.unpause(DAG)
    run = api.trigger_dag_run(DAG, EVERYTHING)
    deadline = time.monotonic() + SYNC_SECONDS
    while (state := api.dag_run_state(DAG, run)) not in ("success", "failed"):
        tasks = api.task_instances(DAG, run)
        done = sum(task.state in ("success", "skipped") for task in tasks)
        busy = sorted({task.task for task in tasks if task.state in ("running", "deferred")})
        show(done, len(tasks), ", ".join(busy))
        if time.monotonic() > deadline:
            raise DemoError(f"the DAG run {run} still runs after {SYNC_SECONDS:.0f} s; look at it in the Airflow UI")
        time.sleep(0.3)
    if state == "failed":
        failed = [task.task for task in api.task_instances(DAG, run) if task.state == "failed"]
        raise DemoError(f"the DAG run {run} failed in {', '.join(failed)}; its log is in the Airflow UI")
    bucket, key = bootstrap.settings()[Setting.CASES_BUCKET], f"{run_folder(run_name(DAG, run))}/report.json"
    report: dict[str, Any] = json.loads(bootstrap.objects().get(bucket, key))
    return report


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder and of the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)


def by_camera(folder: Path) -> dict[str, list[Path]]:
    """Group made frames by camera: `entrance-0001.jpg` is the first picture of `entrance`."""
    frames: dict[str, list[Path]] = {}
    for picture in pictures_in(folder):
        frames.setdefault(picture.stem.rpartition("-")[0], []).append(picture)
    return frames


def watch(options: DemoOptions, system: LocalSystem, show: Callable[[int, int | None], None]) -> Playback:
    """Play the frames and wait for every decision."""
    home = system.options.home
    frames = {OWN_CAMERA: pictures_in(options.frames)} if options.frames else by_camera(home.people / "frames")
    environment = {**os.environ, **system.aws_environment}
    show(0, None)
    played = play(frames, environment, home.logs / "camera.log")
    follow(played.faces, DECISION_SECONDS, show)
    return played


def collect(system: LocalSystem, report: dict[str, Any], played: Playback) -> DemoResult:
    """Add the SMS that arrived at the demo's phone."""
    arrived = get_json(f"{system.endpoints.cloud}/_ministack/sns/sms-messages")["sms_messages"].get(PHONE, [])
    return DemoResult(report, played, [str(message["Message"]) for message in arrived])


def write_json(result: DemoResult, file: Path) -> None:
    """Keep the result."""
    file.write_text(json.dumps(result.to_json(), indent=2, sort_keys=True) + "\n")


def audit_story(detection_id: str) -> list[str]:
    """The story of one detection, a line for each event."""
    events = bootstrap.audit_log().story(f"detection:{detection_id}")
    return [f"{event.at}  {event.action:<18} {event.outcome:<10} {', '.join(event.reasons)}" for event in events]
