"""The agent as a program: a configuration, a process, and what its log says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.serving import ROOT

Event = dict[str, Any]


# Seconds after which an agent that was told to end has ended, even where S3 doesn't answer: it waits for two tries of
# 35 each (homeward_camera.bucket.CONFIG).
ENDS = 120


def environment(cloud_url: str) -> dict[str, str]:
    """AWS settings for the local cloud."""
    return {
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def camera(source: Path | str, name: str = "gate-1", **more: Any) -> Event:
    """One `[[cameras]]` table."""
    return {"id": name, "place": "Gate.North", "source": str(source), **more}


def configured(folder: Path, bucket: str, *cameras: Event, **more: Any) -> Path:
    """Write a configuration whose spool is `folder / "spool"`."""
    file = folder / "homeward-camera.toml"
    lines = [_line(name, value) for name, value in {"bucket": bucket, "spool": str(folder / "spool"), **more}.items()]
    for one in cameras:
        lines += ["[[cameras]]", *(_line(name, value) for name, value in one.items())]
    file.write_text("\n".join(lines))
    return file


def _line(name: str, value: Any) -> str:
    return f"{name} = {json.dumps(value)}"


def start(config: Path, env: dict[str, str], *options: str) -> subprocess.Popen[str]:
    """Start the agent."""
    command = [sys.executable, "-m", "homeward_camera", "--config", str(config), *options]
    return subprocess.Popen(
        command,
        cwd=ROOT / "edge",
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(config: Path, env: dict[str, str], *options: str) -> tuple[int, list[Event], str]:
    """Run the agent to its end: exit code, log, stderr."""
    with start(config, env, *options) as agent:
        out, errors = agent.communicate(timeout=ENDS)
    return agent.returncode, [json.loads(line) for line in out.splitlines()], errors


def only(events: list[Event], name: str) -> list[Event]:
    """The events of that name."""
    return [event for event in events if event["event"] == name]
