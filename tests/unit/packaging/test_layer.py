"""The layer in an interpreter that has nothing else: what a function finds on AWS."""

from __future__ import annotations

import json
import os
import re
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from homeward.packaging import SERVICES
from homeward.settings import Setting

CROP_FACES = "crop_faces.handler"


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare") / "python"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    return folder / "bin" / "python"


def run(python: Path, paths: list[Path], code: str, *arguments: str) -> Any:
    """What the code prints as JSON, run with these import paths and a function's environment."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
        **{setting.value: "name" for setting in Setting},
    }
    done = subprocess.run(
        [str(python), "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_module_of_ours_can_be_imported(bare_python: Path, layer: Path, imaging_layer: Path) -> None:
    """If not: the module belongs into NOT_FOR_FUNCTIONS, or the package that it needs into the layer's lock."""
    files = (path.relative_to(layer).with_suffix("") for path in (layer / "homeward").rglob("*.py"))
    modules = sorted(".".join(file.parts).removesuffix(".__init__") for file in files)
    code = """
import importlib, json, sys
failed = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed[name] = str(error)
print(json.dumps(failed))
"""
    assert len(modules) > 30
    assert list(run(bare_python, [layer], code, *modules)) == ["homeward.adapters.imaging"]
    assert run(bare_python, [layer, imaging_layer], code, *modules) == {}


def test_every_handler_starts(bare_python: Path, layer: Path, checkout: Path) -> None:
    handlers = sorted(f"{path.parent.name}.handler" for path in (checkout / "lambdas").glob("*/handler.py"))
    code = """
import importlib, json, sys
print(json.dumps([name for name in sys.argv[1:] if not callable(importlib.import_module(name).handler)]))
"""
    assert len(handlers) >= 10
    assert run(bare_python, [checkout / "lambdas", layer], code, *sorted({*handlers} - {CROP_FACES})) == []


def test_crop_faces_cuts_pictures_with_the_layer_of_its_own(
    bare_python: Path, layer: Path, imaging_layer: Path, checkout: Path
) -> None:
    code = """
import importlib, io, json, sys
from PIL import Image
from homeward.adapters.imaging import PillowCutter
from homeward.domain.frames import FaceBox
assert callable(importlib.import_module(sys.argv[1]).handler)
crops = []
for kind in ("JPEG", "PNG"):
    file = io.BytesIO()
    Image.new("RGB", (300, 200), (9, 99, 199)).save(file, kind)
    crops += [Image.open(io.BytesIO(crop)).size for crop in PillowCutter().cut(file.getvalue(), [FaceBox(0, 0, 1, 1)])]
print(json.dumps(crops))
"""
    found = run(bare_python, [checkout / "lambdas", layer, imaging_layer], code, CROP_FACES)
    assert found == [[300, 200], [300, 200]]


def test_the_imaging_layer_runs_on_every_architecture(imaging_layer: Path) -> None:
    compiled = [path.name for path in (imaging_layer / "PIL").glob("_imaging.*.so")]
    assert sorted(name.split("-")[2] for name in compiled) == ["aarch64", "x86_64"]


def test_clients_of_all_services_work(bare_python: Path, layer: Path) -> None:
    """Making a client reads its service's data; a request reads what signing and endpoints need."""
    code = """
import boto3, json, sys
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
once = Config(retries={"total_max_attempts": 1})
session, refused = boto3.Session("test", "test"), []
for service in sys.argv[1:]:
    client = session.client(service, endpoint_url="http://127.0.0.1:9")
    real = session.client(service).meta.endpoint_url
    assert real.startswith("https://") and real.endswith(".amazonaws.com"), real
    refused.append(client.meta.service_model.service_name)
try:
    session.client("sqs", endpoint_url="http://127.0.0.1:9", config=once).list_queues()
except EndpointConnectionError:
    print(json.dumps(refused))
"""
    assert run(bare_python, [layer], code, *sorted(SERVICES)) == sorted(SERVICES)


def test_services_of_our_adapters_are_in_the_layer(layer: Path) -> None:
    used = {
        service
        for path in (layer / "homeward").rglob("*.py")
        for service in re.findall(r'\bclient\(\s*"([a-z0-9-]+)"', path.read_text())
    }
    assert {"s3", "dynamodb", "rekognition", "stepfunctions"} <= used
    assert used <= SERVICES


def test_packages_come_with_bytecode_that_is_used(bare_python: Path, layer: Path) -> None:
    code = """
import boto3, botocore.session, json, pathlib, sys
source = boto3.Session.__init__.__code__.co_filename
print(json.dumps([boto3.__cached__, pathlib.Path(boto3.__cached__).exists(), source]))
"""
    cached, exists, source = run(bare_python, [layer], code)
    assert exists
    assert cached.startswith(str(layer))
    assert source == str(layer / "boto3" / "session.py")
    compiled = (layer / "boto3" / "__pycache__" / Path(cached).name).read_bytes()
    assert compiled[4] == 0b01, "hash-based and unchecked: the source's time and content are never looked at"


def test_nothing_but_the_layer_can_be_imported(bare_python: Path, layer: Path) -> None:
    code = """
import importlib.util, json, sys
print(json.dumps([name for name in sys.argv[1:] if importlib.util.find_spec(name)]))
"""
    assert run(bare_python, [layer], code, "numpy", "requests", "airflow", "pip", "yaml", "typer") == []
