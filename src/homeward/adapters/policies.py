"""PolicySource: the approved policy's file in S3, named by one SSM parameter with its SHA-256."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from homeward.adapters.aws import aws_errors, client
from homeward.adapters.parameters import parameter
from homeward.domain.errors import PolicyError
from homeward.domain.policy import Policy, parse_policy


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """Reads what the parameter points to; a file that was changed after its approval is refused."""

    parameter_name: str
    bucket: str

    def __call__(self) -> Policy:
        """See the port."""
        pointer = self._pointer()
        return _load(self.bucket, pointer["key"], pointer["sha256"])

    def key(self) -> str:
        """Where the live policy's file is in the bucket."""
        return self._pointer()["key"]

    def _pointer(self) -> dict[str, str]:
        pointer: dict[str, str] = json.loads(parameter(self.parameter_name))
        if "key" not in pointer:
            raise PolicyError("no policy is live; deploy the stack: homeward deploy")
        return pointer


@lru_cache(maxsize=4)
def _load(bucket: str, key: str, sha256: str) -> Policy:
    with aws_errors():
        body: bytes = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    if hashlib.sha256(body).hexdigest() != sha256:
        raise PolicyError(f"s3://{bucket}/{key} isn't the file that was approved; publish the policy again")
    return parse_policy(body.decode())
