"""Signer on AWS KMS: an asymmetric key (ECC_NIST_P256), which never leaves it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from homeward.adapters.aws import AWS_ERRORS, aws_errors, client, error_code, translated
from homeward.domain.audit_format import ALGORITHM, ORDER
from homeward.domain.sealing import SigningKey


@dataclass(frozen=True, slots=True)
class KmsSigner:
    """Signs digests of messages, since KMS takes messages of at most 4,096 bytes."""

    key_id: str

    def key(self) -> SigningKey:
        """See the port."""
        return SigningKey(self.key_id, hashlib.sha256(self.public_key()).hexdigest())

    def sign(self, message: bytes) -> bytes:
        """See the port."""
        digest = hashlib.sha256(message).digest()
        with aws_errors():
            answer = client("kms").sign(
                KeyId=self.key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=ALGORITHM
            )
        return _lower(bytes(answer["Signature"]))

    def signed(self, message: bytes, signature: bytes) -> bool:
        """See the port."""
        digest = hashlib.sha256(message).digest()
        try:
            client("kms").verify(
                KeyId=self.key_id,
                Message=digest,
                MessageType="DIGEST",
                Signature=signature,
                SigningAlgorithm=ALGORITHM,
            )
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) == "KMSInvalidSignatureException":
                return False
            raise translated(error) from error
        return True

    def public_key(self) -> bytes:
        """The public half (DER, SubjectPublicKeyInfo)."""
        with aws_errors():
            return bytes(client("kms").get_public_key(KeyId=self.key_id)["PublicKey"])


def _lower(signature: bytes) -> bytes:
    """Of the two signatures (r, s) and (r, n - s), which are as good, the one with the smaller s.

    Everyone can make one from the other; since only this one counts, nobody can alter a signature.
    """
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, ORDER - s))
