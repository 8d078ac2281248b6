"""CloudFormation doesn't delete a bucket that has objects (or old versions): the stack's deletion fails."""

from __future__ import annotations

from typing import Any

from ministack.services import s3

from standins.cloud.corrections.resource_handlers import around
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    around("AWS::S3::Bucket", "delete", _delete)


def _delete(original: Any, name: str, properties: dict[str, Any]) -> Any:
    bucket = s3._buckets.get(name)
    if bucket and (bucket["objects"] or s3._bucket_has_versions(name)):
        raise ValueError(f"The bucket you tried to delete is not empty (Service: S3, Status Code: 409, bucket {name})")
    return original(name, properties)
