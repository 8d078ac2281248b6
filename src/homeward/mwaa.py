"""Packages the Airflow part for an Amazon MWAA environment: what its bucket holds.

`plugins.zip` has our plugin and, beside it, the part of the core that DAGs and pages need: MWAA unpacks it into the
folder of plugins, which every process of Airflow has on its path. `.airflowignore` keeps Airflow from importing more of
it than the one entry. Reproducible as `homeward.packaging` is.

`requirements.txt` is installed from PyPI by every process that starts. Where it must not, or can't (a private web
server has no internet), wheels go into `plugins.zip`, each checked against its hash: for the Airflow of our lock only.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from homeward.domain.errors import DeployError
from homeward.packaging import FOR_FUNCTIONS, ROOT, archive, run_python

PLUGINS, REQUIREMENTS, STARTUP, DAGS = "plugins.zip", "requirements.txt", "startup.sh", "dags"
FOR_AIRFLOW = (*FOR_FUNCTIONS, "verifier")
UNPACKED = "/usr/local/airflow/plugins"
# MWAA's image is Amazon Linux 2023, with glibc 2.34.
LINUX = ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux2014_x86_64")
FITTING = (*(f"--platform={one}" for one in LINUX), "--python-version=3.12", "--implementation=cp")
SHIPPED_STARTUP = ROOT / "infra" / "mwaa" / STARTUP


def package(out: Path, startup: Path = SHIPPED_STARTUP, *, wheels: bool = False, root: Path = ROOT) -> list[Path]:
    """Write everything into the folder `out`, which is new, empty, or was written by this; the files, in order."""
    if not (root / "infra" / "mwaa").is_dir():
        raise DeployError(f"{root} is no checkout of Homeward: it has no infra/mwaa")
    if out.exists() and not _is_ours(out):
        raise DeployError(f"{out} holds something else; name a new folder")
    script = _checked(startup)
    with tempfile.TemporaryDirectory() as folder:
        pins = _download(root, Path(folder)) if wheels else (root / "infra" / "mwaa" / REQUIREMENTS).read_text()
        plugins = archive(plugin_files(root) | {path.name: path for path in Path(folder).iterdir()})
    shutil.rmtree(out / DAGS, ignore_errors=True)  # a DAG that we no longer have must not be uploaded again
    (out / DAGS).mkdir(parents=True)
    (out / PLUGINS).write_bytes(plugins)
    (out / REQUIREMENTS).write_text(pins)
    (out / STARTUP).write_bytes(script)
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


def hashed(root: Path) -> dict[str, str]:
    """What MWAA's image lacks: `name==version` and, with its hashes, the lines of the lock."""
    lock, asked = ((root / "infra" / "mwaa" / name).read_text() for name in ("environment.lock", REQUIREMENTS))
    blocks = {block.split("==")[0]: block for block in re.split(r"(?m)^(?=\S)", lock)}
    names = re.findall(r"(?m)^[\w.-]+", asked)
    return {blocks[name].split()[0]: blocks[name] for name in names}


def _download(root: Path, folder: Path) -> str:
    """Fetch the wheels that fit MWAA; the requirements that find them where MWAA unpacks plugins."""
    pins = hashed(root)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("".join(pins.values()))
        listed.flush()
        checked = ["--quiet", "--no-input", "--no-deps", "--require-hashes", "--only-binary=:all:", *FITTING]
        run_python("download wheels", ["-m", "pip", "download", *checked, "--dest", str(folder), "-r", listed.name])
    return "\n".join([f"--find-links {UNPACKED}", "--no-index", *pins, ""])


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
