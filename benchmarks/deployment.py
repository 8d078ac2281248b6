"""`homeward deploy` on an empty local cloud, again without changes, and whether two clones package the same bytes.

Two clones of the last commit lie in different folders, with nothing built; the first deploys as a newcomer's would, so
its time holds installing and compiling the layers' packages. `--quick` uses this checkout and what it has built.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.report import Report, options
from tests.serving import ROOT, free_port, serving

KEYS = "import json; from homeward.packaging import build; print(json.dumps({a.parameter: a.key for a in build()}))"


def main() -> None:
    """Measure and show."""
    chosen = options(__doc__ or "")
    with tempfile.TemporaryDirectory(prefix="homeward-deployment-") as folder, ExitStack() as services:
        checkouts = [ROOT] if chosen.quick else [clone(Path(folder) / name) for name in ("one", "other")]
        environment = cloud(Path(folder), services)
        report = Report("deployment")
        for name in ("an empty local cloud", "again without changes"):
            seconds, last = deploy(checkouts[0], environment)
            report.figures[f"homeward deploy, {name}, s"] = round(seconds, 1)
            report.figures[f"what it said at last, {name}"] = last
        if not chosen.quick:
            keys = [packaged(one) for one in checkouts]
            report.figures["artifacts of two clones"] = len(keys[0])
            report.figures["of them with the same digest"] = sum(keys[1][name] == key for name, key in keys[0].items())
    report.show()
    report.write(chosen.json)


def clone(to: Path) -> Path:
    """The last commit, with nothing built."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(to)], check=True)
    return to


def cloud(folder: Path, services: ExitStack) -> dict[str, str]:
    """A local cloud with its face service; the environment of its clients."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    os.environ |= {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    faces = services.enter_context(
        serving("standins.rekognition", "--data", str(folder / "faces"), log=folder / "faces.log")
    )
    data = ("--data", str(folder / "cloud"), "--rekognition-url", faces)
    services.enter_context(serving("standins.cloud", *data, log=folder / "cloud.log", port=port))
    return {**os.environ, "AWS_ENDPOINT_URL_REKOGNITION": faces, "AWS_DEFAULT_REGION": "us-east-1"}


def deploy(checkout: Path, environment: dict[str, str]) -> tuple[float, str]:
    """Seconds that the command takes, and its last word about the stack."""
    began = time.monotonic()
    done = run(checkout, environment, "-m", "homeward.cli", "deploy", "--stack", "homeward")
    said = [line for line in done.stderr.splitlines() if line.startswith("stack homeward:")]
    return time.monotonic() - began, said[-1]


def packaged(checkout: Path) -> dict[str, str]:
    """What a checkout packages: the key of each artifact, which carries its digest."""
    return dict(json.loads(run(checkout, dict(os.environ), "-c", KEYS).stdout))


def run(checkout: Path, environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """A Python command of the checkout's own code."""
    environment = {**environment, "PYTHONPATH": f"{checkout / 'src'}{os.pathsep}{checkout}"}
    return subprocess.run(
        [sys.executable, *command], cwd=checkout, env=environment, check=True, capture_output=True, text=True
    )


if __name__ == "__main__":
    main()
