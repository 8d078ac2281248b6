"""PolicyShelf: files `policy/<version>.json` in the cases bucket, and one SSM parameter that points to the live one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from botocore.exceptions import ClientError

from homeward.adapters.aws import aws_errors, client, error_code
from homeward.adapters.objects import S3ObjectStore
from homeward.domain.errors import ConflictError
from homeward.domain.ports import PolicyPointer


@dataclass(frozen=True, slots=True)
class S3PolicyShelf:
    """Reads the parameter anew each time: whoever publishes must not act on a value of a minute ago."""

    parameter_name: str
    bucket: str

    def live(self) -> PolicyPointer:
        """See the port."""
        with aws_errors():
            found = json.loads(client("ssm").get_parameter(Name=self.parameter_name)["Parameter"]["Value"])
        return PolicyPointer(*(found.get(name, "") for name in ("key", "version", "sha256")))

    def read(self, version: str) -> tuple[PolicyPointer, bytes]:
        """See the port."""
        body = S3ObjectStore().get(self.bucket, _key(version))
        return _pointer(version, body), body

    def versions(self, limit: int) -> list[str]:
        """See the port."""
        found = sorted(S3ObjectStore().listed(self.bucket, _FOLDER), key=lambda one: one.modified, reverse=True)
        return [one.key.removeprefix(_FOLDER).removesuffix(".json") for one in found[:limit]]

    def keep(self, version: str, body: bytes) -> PolicyPointer:
        """See the port."""
        key = _key(version)
        with aws_errors():
            try:
                client("s3").put_object(
                    Bucket=self.bucket, Key=key, Body=body, ContentType="application/json", IfNoneMatch="*"
                )
            except ClientError as error:
                if error_code(error) != "PreconditionFailed":
                    raise
        if S3ObjectStore().get(self.bucket, key) != body:
            raise ConflictError(f"s3://{self.bucket}/{key} holds another policy of that version; give yours a new one")
        return _pointer(version, body)

    def publish(self, pointer: PolicyPointer) -> None:
        """See the port."""
        value = json.dumps(asdict(pointer))
        with aws_errors():
            client("ssm").put_parameter(Name=self.parameter_name, Value=value, Type="String", Overwrite=True)


_FOLDER = "policy/"


def _key(version: str) -> str:
    return f"{_FOLDER}{version}.json"


def _pointer(version: str, body: bytes) -> PolicyPointer:
    return PolicyPointer(_key(version), version, hashlib.sha256(body).hexdigest())
