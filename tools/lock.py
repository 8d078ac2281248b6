"""Resolve and hash every lock file: `python tools/lock.py` (needs `uv` on the PATH; `pip install uv`).

Six environments, seven locks: the project (`requirements.lock`), the local cloud (`standins/cloud/requirements.lock`),
the functions' layer (`lambdas/requirements.lock`), crop_faces' own layer (`lambdas/crop_faces/requirements.lock`),
the camera agent (`edge/requirements.lock`), and the proxy of `benchmarks.faults` (`benchmarks/faults.lock`).
The seventh (`docker/requirements.lock`) is what the container image adds to the project's.
All are installed with `pip install --no-deps --require-hashes`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parent.parent
# `--no-deps` lets us leave out: openvino-telemetry, which reports usage to its maker (openvino runs without it), and
# opencv-python, which is opencv-python-headless with windows, and would write over its files.
LEFT_OUT = {"openvino-telemetry", "opencv-python"}
OPTIONS = ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"]
OPTIONS += ["--quiet", "--universal", "--python-version", "3.11"]


def resolve(source: str, *extra: str) -> str:
    """Return the pinned, hashed lines for one requirements source."""
    command = ["uv", "pip", "compile", *OPTIONS, *extra, source]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def without(lock: str, names: set[str]) -> str:
    """Drop the named packages (each a requirement line and its indented hash lines)."""
    blocks = re.split(r"(?m)^(?=\S)", lock)
    return "".join(block for block in blocks if re.split(r"[=\s;]", block, maxsplit=1)[0] not in names)


def added(source: str, base: str) -> str:
    """Return what a source needs beyond the lock `base`, at versions that agree with it."""
    with NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write(base)
        constraints.flush()
        return without(resolve(source, "-c", constraints.name), packages(base))


def packages(lock: str) -> set[str]:
    """Return the names that a lock pins."""
    return set(re.findall(r"(?m)^([^\s=]+)==", lock))


def main() -> None:
    """Write the seven locks."""
    project = without(resolve("pyproject.toml", "--extra", "dev"), LEFT_OUT)
    data = resolve("requirements-data.in", "--no-deps")
    locks = {
        "requirements.lock": project + data,
        "edge/requirements.lock": without(resolve("edge/pyproject.toml"), LEFT_OUT) + without(data, {"random-face"}),
        "standins/cloud/requirements.lock": resolve("standins/cloud/requirements.in"),
        "lambdas/requirements.lock": resolve("lambdas/requirements.in"),
        "lambdas/crop_faces/requirements.lock": resolve("lambdas/crop_faces/requirements.in"),
        "benchmarks/faults.lock": resolve("benchmarks/faults.in"),
        "docker/requirements.lock": added("docker/requirements.in", project),
    }
    for name, text in locks.items():
        (ROOT / name).write_text(
            "# Made by tools/lock.py; install with: pip install --no-deps --require-hashes -r\n" + text
        )
        print(name, len(re.findall(r"(?m)^\S+==", text)), "pins", file=sys.stderr)


if __name__ == "__main__":
    main()
