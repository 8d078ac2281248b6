"""Pictures with faces of people who do not exist, and a bucket in a really started local cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from homeward_camera.faces import Detector
from homeward_camera.pictures import Picture
from standins.people.frames import make_frame
from standins.people.portraits import Portrait, Portraits

BUCKET = "pictures-of-edge-tests"


@pytest.fixture(scope="session")
def drawn(request: pytest.FixtureRequest) -> Portraits:
    """Drawn once a checkout."""
    return Portraits(request.config.cache.mkdir("portraits"))


@pytest.fixture(scope="session")
def portraits(drawn: Portraits) -> list[Portrait]:
    return [portrait for number in (0, 2) if (portrait := drawn.get(number))]


@pytest.fixture(scope="session")
def scene(portraits: list[Portrait], drawn: Portraits) -> bytes:
    """A camera picture of two people, JPEG."""
    return make_frame(portraits, "entrance", drawn.reader, [1]).data


@pytest.fixture(scope="session")
def scene_picture(scene: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(scene, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="session")
def bucket(aws: Any) -> str:
    s3 = aws("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return BUCKET


@pytest.fixture
def folder(scene: bytes, tmp_path: Path) -> Path:
    """A source with everything that a source may hold."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "b-two-people.jpg").write_bytes(scene)
    assert cv2.imwrite(str(source / "a-nobody.png"), np.full((200, 300, 3), 90, np.uint8))
    (source / "truth.json").write_text("{}")
    (source / ".hidden.jpg").write_bytes(b"")
    (source / "folder.jpg").mkdir()
    return source
