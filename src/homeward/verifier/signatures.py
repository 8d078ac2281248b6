"""Signatures of digests, checked with public keys."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from homeward.domain.audit_format import ORDER
from homeward.domain.errors import InputError


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """The keys that may have signed, by SHA-256 of their DER form. More than one when a key was replaced."""

    known: dict[str, ec.EllipticCurvePublicKey]

    @classmethod
    def of(cls, files: Iterable[bytes]) -> PublicKeys:
        """Keys from PEM or DER files; InputError when one of them is no P-256 public key."""
        return cls({fingerprint(key): key for key in map(_key, files)})

    def signed(self, sha256: str, message: bytes, signature: str) -> bool:
        """Whether that key made that signature (base64 of DER, written in the one form that counts)."""
        try:
            raw = base64.b64decode(signature, validate=True)
            exact = base64.b64encode(raw).decode() == signature and decode_dss_signature(raw)[1] <= ORDER // 2
            self.known[sha256].verify(raw, message, ec.ECDSA(SHA256()))
        except (ValueError, InvalidSignature):
            return False
        return exact


def fingerprint(key: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 of a key's DER form, as digests name it."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def pem(der: bytes) -> str:
    """A public key as a PEM file."""
    return _key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _key(file: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = load_pem_public_key(file) if file.lstrip().startswith(b"-----") else load_der_public_key(file)
    except ValueError as error:
        raise InputError("the public key's file holds no public key (PEM or DER)") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InputError("the public key isn't one of the curve P-256")
    return key
