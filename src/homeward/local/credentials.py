"""Secrets of the local Airflow: made once, kept in the state folder, readable by this user only."""

from __future__ import annotations

import base64
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from homeward.local.home import read_json, write_json

USERS = {"admin": "admin", "analyst": "op", "viewer": "viewer"}  # name -> role of the SimpleAuthManager


@dataclass(frozen=True)
class AirflowSecrets:
    """Keys that every component of one Airflow shares."""

    fernet_key: str
    api_secret_key: str
    jwt_secret: str

    @classmethod
    def make(cls) -> AirflowSecrets:
        """New random ones; HMAC-SHA-512 wants a JWT secret of at least 64 bytes."""
        return cls(
            fernet_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            api_secret_key=secrets.token_urlsafe(32),
            jwt_secret=secrets.token_urlsafe(96),
        )

    @classmethod
    def load(cls, path: Path) -> AirflowSecrets:
        """Read them; make them first when there are none."""
        kept = read_json(path)
        if not kept:
            write_json(path, asdict(cls.make()))
            kept = read_json(path)
        return cls(**kept)


def load_passwords(path: Path) -> dict[str, str]:
    """The password of each user (the file is the one that Airflow reads too); made once."""
    kept = read_json(path)
    if set(kept) != set(USERS):
        kept = {user: kept.get(user, secrets.token_urlsafe(12)) for user in USERS}
        write_json(path, kept)
    return kept
