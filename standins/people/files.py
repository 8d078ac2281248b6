"""Writing files so that an interruption never leaves half of one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np

from standins.people.generator import Picture


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the file at once: a reader sees the old bytes or the new ones, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        making.write_bytes(data)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)


def write_json(path: Path, content: object) -> None:
    """Readable JSON with a stable order of keys."""
    write_bytes(path, (json.dumps(content, indent=1) + "\n").encode())


def jpeg(picture: Picture, quality: int) -> bytes:
    """The picture as JPEG, quality 0 to 100."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def is_picture(data: bytes) -> bool:
    """Whether the bytes are a JPEG from its first to its last byte."""
    return data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")


def decoded(data: bytes) -> Picture:
    """The picture in JPEG bytes that we made ourselves."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("not a picture")
    return picture.astype(np.uint8)
