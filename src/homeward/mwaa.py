"""Packages the Airflow part for an Amazon MWAA environment: what its bucket holds.

`plugins.zip` has our plugin and, beside it, the part of the core that DAGs and pages need: MWAA unpacks it into the
folder of plugins, which every process of Airflow has on its path. `.airflowignore` keeps Airflow from importing more of
it than the one entry. Reproducible as `homeward.packaging` is.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from homeward.domain.errors import DeployError
from homeward.packaging import FOR_FUNCTIONS, ROOT, archive

PLUGINS, REQUIREMENTS, STARTUP, DAGS = "plugins.zip", "requirements.txt", "startup.sh", "dags"
FOR_AIRFLOW = (*FOR_FUNCTIONS, "verifier")
SHIPPED_STARTUP = ROOT / "infra" / "mwaa" / STARTUP


def package(out: Path, startup: Path = SHIPPED_STARTUP, root: Path = ROOT) -> list[Path]:
    """Write everything into the folder `out`, which is new, empty, or was written by this; the files, in order."""
    if not (root / "infra" / "mwaa").is_dir():
        raise DeployError(f"{root} is no checkout of Homeward: it has no infra/mwaa")
    if out.exists() and not _is_ours(out):
        raise DeployError(f"{out} holds something else; name a new folder")
    script = _checked(startup)
    shutil.rmtree(out / DAGS, ignore_errors=True)  # a DAG that we no longer have must not be uploaded again
    (out / DAGS).mkdir(parents=True)
    (out / PLUGINS).write_bytes(archive(plugin_files(root)))
    (out / STARTUP).write_bytes(script)
    (out / REQUIREMENTS).write_bytes((root / "infra" / "mwaa" / REQUIREMENTS).read_bytes())
    for path in (root / "dags").glob("*.py"):
        (out / DAGS / path.name).write_bytes(path.read_bytes())
    return sorted(path for path in out.rglob("*") if path.is_file())


def plugin_files(root: Path) -> dict[str, Path]:
    """Map each name inside plugins.zip to the file behind it."""
    plugins, core = root / "plugins", root / "src" / "homeward"
    ours = {path.relative_to(plugins).as_posix(): path for path in plugins.rglob("*") if _is_source(path)}
    for path in core.rglob("*.py"):
        name = path.relative_to(core)
        if name.parts[0] in FOR_AIRFLOW:
            ours[f"homeward/{name.as_posix()}"] = path
    return ours


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _is_ours(out: Path) -> bool:
    return out.is_dir() and ((out / PLUGINS).is_file() or not any(out.iterdir()))


def _checked(startup: Path) -> bytes:
    """The script, if bash can read it: MWAA finds out in the middle of an update that takes half an hour."""
    try:
        script = startup.read_bytes()
    except OSError as problem:
        raise DeployError(f"{startup} can't be read: {problem.strerror}") from problem
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True)
    if done.returncode:
        raise DeployError(f"{startup} isn't a script that bash can read: {done.stderr.decode().strip()}")
    return script
