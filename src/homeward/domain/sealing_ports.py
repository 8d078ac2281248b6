"""What sealing needs from the outside, as Protocols."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Protocol

from homeward.domain.sealing import SigningKey, Stored


class AuditHours(Protocol):
    """The audit table, read by hour."""

    def first(self) -> str | None:
        """The oldest hour that has events; None when there are none. Reads the whole table."""

    def events(self, hour: str) -> Iterator[Stored]:
        """The events of an hour as they are stored, by event_id; every write that was acknowledged is seen."""


class SealedLog(Protocol):
    """The audit bucket. What is written once can't be written again."""

    def last(self) -> str | None:
        """The newest hour that has a digest; None when there is none."""

    def begun(self) -> str | None:
        """The oldest hour that has a digest."""

    def read(self, name: str) -> IO[bytes]:
        """Open a file; NotFoundError."""

    def write(self, name: str, body: IO[bytes]) -> bool:
        """Write a file; False when it is there already. SealError when it was there and somebody hid or deleted it."""


class Signer(Protocol):
    """Signs with a key that nobody has in hand."""

    def key(self) -> SigningKey:
        """The key that signs."""

    def sign(self, message: bytes) -> bytes:
        """The signature of a message of any length (DER)."""

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made that signature of that message."""
