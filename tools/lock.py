"""Resolve and hash every lock file: `python tools/lock.py` (needs `uv` on the PATH; `pip install uv`).

Seven environments, eight locks: the project (`requirements.lock`), the local cloud
(`standins/cloud/requirements.lock`), the functions' layer (`lambdas/requirements.lock`), crop_faces' own layer
(`lambdas/crop_faces/requirements.lock`), the camera agent (`edge/requirements.lock`), the proxy of `benchmarks.faults`
(`benchmarks/faults.lock`), and Amazon MWAA's Airflow with what we add to it and what tests need
(`infra/mwaa/environment.lock`, for `make test-mwaa`). The eighth (`docker/requirements.lock`) is what the container
image adds to the project's. All are installed with `pip install --no-deps --require-hashes`.
Beside them a list that MWAA installs in its own way: `infra/mwaa/requirements.txt`.
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
OPTIONS += ["--quiet", "--universal"]
MWAA = "infra/mwaa"


def resolve(source: str, *extra: str, python: str = "3.11") -> str:
    """Return the pinned, hashed lines for one requirements source."""
    command = ["uv", "pip", "compile", *OPTIONS, "--python-version", python, *extra, source]
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


def on_mwaa(*sources: str) -> str:
    """Return what these sources bring where MWAA's constraints hold."""
    first, *others = (f"{MWAA}/{source}" for source in sources)
    return resolve(first, *others, "-c", f"{MWAA}/constraints.txt", python="3.12")


def mwaa_requirements() -> str:
    """What we need beyond MWAA's image. MWAA pins by its own constraints what they name, and allows no hashes."""
    in_image = packages(on_mwaa("environment.in"))
    constrained = {canonical(name) for name in packages((ROOT / MWAA / "constraints.txt").read_text())}
    pins = re.findall(r"(?m)^([^\s=]+)==([^\s;]+)", on_mwaa("requirements.in"))
    lines = [name if name in constrained else f"{name}=={version}" for name, version in pins if name not in in_image]
    return "".join(f"{line}\n" for line in lines)


def canonical(name: str) -> str:
    """A package's name as uv writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """Write MWAA's list and the eight locks."""
    (ROOT / MWAA / "requirements.txt").write_text(
        f"# Made by tools/lock.py from requirements.in. No version: that of MWAA's constraints.\n{mwaa_requirements()}"
    )
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
        f"{MWAA}/environment.lock": without(on_mwaa("environment.in", "requirements.txt", "tests.in"), LEFT_OUT) + data,
    }
    for name, text in locks.items():
        (ROOT / name).write_text(
            "# Made by tools/lock.py; install with: pip install --no-deps --require-hashes -r\n" + text
        )
        print(name, len(re.findall(r"(?m)^\S+==", text)), "pins", file=sys.stderr)


if __name__ == "__main__":
    main()
