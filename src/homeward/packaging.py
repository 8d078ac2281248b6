"""Builds what a deployment uploads: the functions' layers, their handlers, and the state machines' definitions.

Reproducible: the same files and the same Python give the same bytes, wherever the checkout lies, so a key that carries
the digest of its bytes says whether anything changed.

The layer holds the packages of `lambdas/requirements.lock` (pure Python, each wheel checked against its hash) and of
`src/homeward` what functions need. Two measures against slow cold starts, which mostly go into compiling Python and
unpacking files:
- The packages' bytecode is in the layer, because functions can't write any beside it (importing boto3 and making two
  clients takes 0.25 s with it, 0.55 s without). It fits only this Python: deploy functions with `runtime()`.
- What functions don't use is left out: 790 files instead of 3,080. A function that calls a service which isn't in
  `SERVICES` fails with `UnknownServiceError`: add it there.

A second layer, for the one function that works on pixels, holds an imaging library: the wheels of all of Lambda's
architectures in one folder. Compiled modules carry their architecture in their names, and the rest is the same.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from homeward.domain.errors import DeployError

Progress = Callable[[str], None]

ROOT = Path(__file__).resolve().parents[2]
SERVICES = frozenset({"dynamodb", "kms", "rekognition", "s3", "sns", "sqs", "ssm", "stepfunctions"})
FOR_FUNCTIONS = ("__init__.py", "settings.py", "bootstrap", "domain", "steps", "adapters")
# What only Airflow, the command line or the deployment use; only that may need NumPy and the like.
NOT_FOR_FUNCTIONS = (
    "adapters/audit_bucket.py",
    "adapters/audit_hours.py",
    "adapters/audit_shelf.py",
    "adapters/camera_keys.py",
    "adapters/face_rows.py",
    "adapters/heartbeats.py",
    "adapters/labelled_people.py",
    "adapters/leftovers.py",
    "adapters/metrics.py",
    "adapters/provisioning.py",
    "adapters/signing.py",
    "adapters/sources/",
    "adapters/stacks.py",
    "adapters/temporary_collection.py",
    "domain/bias/",
    "domain/capacity.py",
    "domain/merkle.py",
    "domain/sealing.py",
    "domain/sealing_ports.py",
    "steps/late_events.py",
    "steps/measure_people.py",
    "steps/measure_similarities.py",
    "steps/plan_measurement.py",
    "steps/report_bias.py",
    "steps/report_people.py",
    "steps/seal_hours.py",
    "steps/sealed_file.py",
)
_UNUSED = (
    # Parts for HTTP and other event sources; most need packages that the lock doesn't have.
    "aws_lambda_powertools/event_handler/",
    *(
        f"aws_lambda_powertools/utilities/{part}/"
        for part in ("auth_alpha", "batch", "data_classes", "data_masking", "kafka", "parser", "validation")
    ),
    "bin/",
    # High-level resources; our functions use clients only.
    "boto3/data/",
    "boto3/examples/",
    # Kinds of pictures that we don't read, and fonts: half of the imaging library.
    *("PIL/_avif", "PIL/_imagingft", "pillow.libs/libavif", "pillow.libs/libfreetype", "pillow.libs/libharfbuzz"),
)
# pip's notes differ from machine to machine (RECORD holds hashes of scripts that name the interpreter).
_NOTES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Layer:
    """Packages of a lock file; `wheels` are pip's words for each set of wheels that go in."""

    lock: str
    wheels: tuple[tuple[str, ...], ...]


COMMON = Layer("lambdas/requirements.lock", (("--platform=any", "--implementation=py", "--abi=none"),))
IMAGING = Layer(
    "lambdas/crop_faces/requirements.lock",
    tuple(
        (f"--platform=manylinux_2_28_{one}", f"--platform=manylinux2014_{one}", "--implementation=cp")
        for one in ("x86_64", "aarch64")
    ),
)


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file to upload; `parameter` is the template parameter that takes its key."""

    parameter: str
    key: str
    body: bytes


def runtime() -> str:
    """The Lambda runtime that is this Python."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def build(root: Path = ROOT, progress: Progress = lambda text: None) -> list[Artifact]:
    """Build everything from the checkout at `root`; DeployError says what is missing."""
    if not (root / "infra" / "template.yaml").is_file():
        raise DeployError(f"{root} is no checkout of Homeward: it has no infra/template.yaml")
    layer = archive(layer_files(COMMON, root, progress) | _own_files(root))
    imaging = archive(layer_files(IMAGING, root, progress))
    handlers = archive({f"{path.parent.name}/handler.py": path for path in (root / "lambdas").glob("*/handler.py")})
    progress(f"packaged the layers ({len(layer) / 1e6:.1f} and {len(imaging) / 1e6:.1f} MB) and the handlers")
    return [
        _artifact("Layer", "layer", "zip", layer),
        _artifact("ImagingLayer", "imaging_layer", "zip", imaging),
        _artifact("Handlers", "handlers", "zip", handlers),
        *_machines(root),
    ]


def layer_files(layer: Layer, root: Path, progress: Progress) -> dict[str, Path]:
    """Map each name inside the layer to the file behind it."""
    packages = _packages(layer, root, progress)
    return {f"python/{path.relative_to(packages).as_posix()}": path for path in _kept(packages)}


def archive(files: Mapping[str, Path]) -> bytes:
    """A zip of the files whose bytes depend on names and contents only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, also when built elsewhere: the mode below counts only there
            entry.external_attr = 0o100644 << 16
            target.writestr(entry, files[name].read_bytes())
    return buffer.getvalue()


def _artifact(parameter: str, name: str, kind: str, body: bytes) -> Artifact:
    return Artifact(f"{parameter}Key", f"{name}-{hashlib.sha256(body).hexdigest()[:32]}.{kind}", body)


def _machines(root: Path) -> Iterator[Artifact]:
    """`statemachines/index_photos/index_photos.asl.json` -> parameter `IndexPhotosKey`."""
    for path in sorted((root / "statemachines").glob("*/*.asl.json")):
        body, name = path.read_bytes(), path.parent.name
        try:
            json.loads(body)
        except ValueError as problem:
            raise DeployError(f"{path} is not JSON: {problem}") from problem
        yield _artifact(name.title().replace("_", ""), name, "asl.json", body)


def _own_files(root: Path) -> dict[str, Path]:
    folder, files = root / "src" / "homeward", {}
    for path in folder.rglob("*.py"):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] in FOR_FUNCTIONS and not name.startswith(NOT_FOR_FUNCTIONS):
            files[f"python/homeward/{name}"] = path
    return files


def _kept(packages: Path) -> Iterator[Path]:
    for path in packages.rglob("*"):
        relative = path.relative_to(packages)
        parts = relative.parts
        is_other_service = parts[:2] == ("botocore", "data") and len(parts) > 3 and parts[2] not in SERVICES
        unused = is_other_service or path.name in _NOTES or relative.as_posix().startswith(_UNUSED)
        if path.is_file() and not unused:
            yield path


def _packages(layer: Layer, root: Path, progress: Progress) -> Path:
    """The folder with the installed packages, kept in `build/` under a digest of all that it depends on."""
    lock = root / layer.lock
    if not lock.is_file():
        raise DeployError(f"{lock} is missing; make it with: python tools/lock.py")
    digest = hashlib.sha256(lock.read_bytes() + f"{layer.wheels}{sys.version}".encode()).hexdigest()[:16]
    folder = root / "build" / f"layer-{digest}"
    if folder.is_dir():
        return folder
    progress(f"installing the packages of {layer.lock}")
    folder.parent.mkdir(exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix="layer-unfinished-", dir=folder.parent))
    try:
        for wheels in layer.wheels:
            install(lock, wheels, unfinished)
        progress(f"compiling the packages of {layer.lock}")
        _compile(unfinished)
        try:
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():  # unless another process was faster
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def install(lock: Path, wheels: tuple[str, ...], folder: Path) -> None:
    """Add wheels for Lambda's platforms, whatever this machine's: what is packaged runs on each of them."""
    only = ["--only-binary=:all:", *wheels, f"--python-version={sys.version_info.major}.{sys.version_info.minor}"]
    checked = ["--quiet", "--no-input", "--no-deps", "--require-hashes", "--no-compile", *only]
    # A folder of its own: pip merges nothing into what is there.
    with tempfile.TemporaryDirectory(prefix="layer-part-", dir=folder.parent) as target:
        run_python(
            "install a layer's packages", ["-m", "pip", "install", *checked, "--target", target, "-r", str(lock)]
        )
        shutil.copytree(target, folder, dirs_exist_ok=True)


def _compile(folder: Path) -> None:
    """Bytecode that never looks at its source's time, and names it as it will lie in the function."""
    options = ["-q", "--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", "/opt/python"]
    run_python("compile the layer's packages", ["-m", "compileall", *options, str(folder)])


def run_python(purpose: str, arguments: list[str]) -> None:
    """Run this Python; DeployError says what it was to do and what it said last."""
    # A fixed hash seed: bytecode of sets depends on it.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise DeployError(f"can't {purpose} ({sys.executable} {' '.join(arguments[:3])}): {last[0]}")
