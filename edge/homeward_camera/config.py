"""The configuration: one TOML file, checked before anything starts."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from homeward_camera.errors import ConfigError

CameraId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Place = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,60}$")]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Zone = Annotated[list[tuple[Fraction, Fraction]], Meta(min_length=3, max_length=100)]
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class Camera(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[cameras]]` table."""

    id: CameraId
    place: Place
    position: tuple[Latitude, Longitude] | None = None  # where it stands, in degrees; for the plan that reviewers see
    # rtsp://, http:// (MJPEG), /dev/video0, a video file, a folder of pictures; ${NAME} is the environment's
    source: Annotated[str, Meta(min_length=1, max_length=2000)]
    send: Literal["faces", "frames"] = "faces"  # frames: whole pictures; the cloud finds the faces
    frames_per_second: Annotated[float, Meta(gt=0, le=60)] = 10.0  # at most so many are looked at (or sent)
    pace: Literal["live", "fast"] = "live"  # of a video file: as a camera would show it, or each frame, none left out
    min_face: Annotated[int, Meta(ge=20, le=2000)] = 40  # px, the shorter side; the face service finds no smaller ones
    shots_per_track: Annotated[int, Meta(ge=1, le=50)] = 3  # of one walk-by, at most
    zones: list[Zone] = []  # polygons in fractions of width and height; a face counts when its middle is in one
    spool_megabytes: Annotated[int, Meta(ge=1, le=1_000_000)] = 500  # what waits for the network, at most
    profile: str | None = None  # of the AWS credentials file, when cameras of one box have rights of their own
    silence_seconds: Annotated[float, Meta(ge=1, le=3600)] = 120.0  # without a frame: the stream is opened again

    def address(self) -> str:
        """The source with the environment's values in it. Raises ConfigError."""
        return _VARIABLE.sub(self._value, self.source)

    def _value(self, found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise ConfigError(f"camera {self.id}: source names ${{{found[1]}}}, which the environment doesn't have")
        return os.environ[found[1]]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    bucket: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    spool: str  # folder where shots wait for the network
    cameras: Annotated[list[Camera], Meta(min_length=1, max_length=64)]
    page_port: Annotated[int, Meta(ge=0, le=65535)] = 0  # of the page at 127.0.0.1; 0: none
    heartbeat_seconds: Annotated[float, Meta(ge=0, le=3600)] = 300.0  # 0: none
    models: str | None = None  # a folder with YuNet, instead of the package's


def read_config(path: Path) -> Config:
    """The checked file. Raises ConfigError, which names the line or the field."""
    try:
        with path.open("rb") as file:
            config = msgspec.convert(tomllib.load(file), Config)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; name the configuration with --config FILE") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error} (a dot is a step into a table, [0] the first camera)") from error
    ids = [camera.id for camera in config.cameras]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise ConfigError(f"{path}: two cameras are called {twice!r}; ids must differ")
    for camera in config.cameras:
        camera.address()
    return config
