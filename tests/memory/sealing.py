"""The ports of sealing in memory, and a key of one's own. The log is the verifier's shelf as well."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from homeward.domain import audit_format as form
from homeward.domain.errors import NotFoundError, SealError
from homeward.domain.sealing import SigningKey
from homeward.verifier.signatures import PublicKeys


@dataclass
class MemoryHours:
    """AuditHours."""

    stored: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def put(self, hour: str, event_id: str, **more: Any) -> dict[str, Any]:
        event = {"hour": hour, "event_id": event_id, "at": event_id, **more}
        self.stored.setdefault(hour, {})[event_id] = event
        return event

    def first(self) -> str | None:
        return min(self.stored, default=None)

    def events(self, hour: str) -> Iterator[dict[str, Any]]:
        return iter([event for _, event in sorted(self.stored.get(hour, {}).items())])


@dataclass
class MemoryLog:
    """SealedLog and Shelf."""

    files: dict[str, bytes] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def copy(self) -> MemoryLog:
        return MemoryLog(dict(self.files))

    def last(self) -> str | None:
        return max(self.sealed(), default=None)

    def begun(self) -> str | None:
        return min(self.sealed(), default=None)

    def sealed(self) -> list[str]:
        named = map(form.hour_named, self.files)
        return sorted(found[0] for found in named if found and found[1] == form.DIGEST_SUFFIX)

    def read(self, name: str) -> IO[bytes]:
        if name not in self.files:
            raise NotFoundError(name)
        return BytesIO(self.files[name])

    def write(self, name: str, body: IO[bytes]) -> bool:
        if name in self.hidden:
            raise SealError(f"{name} was deleted or hidden")
        if name in self.files:
            return False
        self.files[name] = body.read()
        return True

    def names(self) -> Iterator[str]:
        return iter(list(self.files))

    def rewritten(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def open(self, name: str) -> IO[bytes]:
        return self.read(name)


class OwnKey:
    """Signer."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.der = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public = PublicKeys.of([self.der])

    def key(self) -> SigningKey:
        return SigningKey("own", hashlib.sha256(self.der).hexdigest())

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(SHA256())))
        return encode_dss_signature(r, min(s, form.ORDER - s))

    def signed(self, message: bytes, signature: bytes) -> bool:
        try:
            self._private.public_key().verify(signature, message, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass
class World:
    """A log that is written and sealed; `now` is the time."""

    now: datetime
    hours: MemoryHours = field(default_factory=MemoryHours)
    log: MemoryLog = field(default_factory=MemoryLog)
    key: OwnKey = field(default_factory=OwnKey)

    def write(self, at: datetime, *, hour: str | None = None, **more: Any) -> dict[str, Any]:
        """An event of that time; `hour` only when its partition is another than its time's."""
        hour = hour or form.hour_of(at)
        number = sum(map(len, self.hours.stored.values()))
        return self.hours.put(hour, f"{at:%Y-%m-%dT%H:%M:%S.%fZ}-{number:012x}", **more)

    def seal(self, now: datetime | None = None, until: datetime | None = None) -> dict[str, Any]:
        from homeward.steps.seal_hours import SealHours

        self.now = now or self.now
        return SealHours(self.hours, self.log, self.key, lambda: self.now)(until or self.now)

    def after(self, **time: float) -> World:
        """The same log, later."""
        return replace(self, now=self.now + timedelta(**time))
