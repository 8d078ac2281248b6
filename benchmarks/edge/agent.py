"""The real agent as a process, on one video."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from tests.serving import ROOT

Event = dict[str, Any]


@dataclass
class Run:
    """What the agent logged, how long it took from its first to its last frame, and how much memory it had when."""

    events: list[Event]
    seconds: float
    memory: list[tuple[float, int]] = field(default_factory=list)  # (second, bytes)

    def of(self, name: str) -> list[Event]:
        """The events of that name."""
        return [event for event in self.events if event["event"] == name]

    @property
    def ended(self) -> Event:
        """The last line: every count."""
        return self.of("ended")[-1]


def configured(folder: Path, bucket: str, source: str, **camera: Any) -> Path:
    """A configuration with one camera; its spool is `folder / "spool"`."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"id": "walk", "place": "platform", "source": source, **camera}
    lines = [f'bucket = "{bucket}"', f'spool = "{folder / "spool"}"', "heartbeat_seconds = 0", "[[cameras]]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    file = folder / "homeward-camera.toml"
    file.write_text("\n".join(lines))
    return file


def start(config: Path, url: str, log: Path, cores: int = 2) -> psutil.Popen:
    """Start it on so many cores; its log goes to the file."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, "-m", "homeward_camera", "--config", str(config)]
    with log.open("ab") as output:
        process = psutil.Popen(command, cwd=ROOT / "edge", env=environment, stdout=output, stderr=subprocess.STDOUT)
    process.cpu_affinity(list(range(min(cores, psutil.cpu_count() or 1))))
    return process


def events_of(log: Path) -> list[Event]:
    """The log's lines; a kill may have cut one."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]


def run(config: Path, url: str, log: Path, watch: Callable[[float, int], None] = lambda second, size: None) -> Run:
    """Let it run to its end."""
    began, memory = time.monotonic(), list[tuple[float, int]]()
    process = start(config, url, log)
    while process.poll() is None:
        try:
            memory.append((time.monotonic() - began, process.memory_info().rss))
        except psutil.NoSuchProcess:
            break
        watch(*memory[-1])
        time.sleep(0.25)
    if process.wait():
        raise RuntimeError(f"the agent ended with {process.returncode}: {log.read_text()[-500:]}")
    found = events_of(log)
    seconds = [_second(event["at"]) for event in found if event["event"] in ("started", "ended")]
    return Run(found, seconds[-1] - seconds[-2], memory)


def _second(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
