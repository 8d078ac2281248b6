"""What the launcher tells the server process, as one JSON object."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

MINISTACK_VERSION = "1.5.33"
REGION = "us-east-1"
ACCOUNT_ID = "111122223333"
HOST = "127.0.0.1"


class CloudError(RuntimeError):
    """The local cloud can't start or go on; the text says what is wrong and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """How one server runs.

    `without` names corrections to leave out; `save_every` is in seconds; `auth`: signatures and identities' policies
    are looked at, and only the root key `test` may do everything.
    """

    port: int
    data_dir: str
    rekognition_url: str | None
    log_level: str
    workers_per_function: int
    save_every: float
    without: tuple[str, ...]
    auth: bool = False

    @property
    def url(self) -> str:
        """Where clients find the server."""
        return f"http://{HOST}:{self.port}"

    @property
    def data(self) -> Path:
        """The folder that everything else lies in."""
        return Path(self.data_dir)

    @property
    def tmp(self) -> Path:
        """Where functions are unpacked; emptied at every start."""
        return self.data / "tmp"

    @property
    def state(self) -> Path:
        """One JSON file per service."""
        return self.data / "state"

    @property
    def objects(self) -> Path:
        """The objects of S3."""
        return self.data / "objects"

    @property
    def interpreter_dir(self) -> Path:
        """The virtual environment without packages that functions run in."""
        return self.data / "function-python"

    def to_json(self) -> str:
        """For the server's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """What `to_json` gave."""
        values = json.loads(text)
        return cls(**{**values, "without": tuple(values["without"])})
