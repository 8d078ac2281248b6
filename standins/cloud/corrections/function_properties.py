"""CloudFormation: ReservedConcurrentExecutions, DeadLetterConfig and KmsKeyArn of functions; missing code fails."""

from __future__ import annotations

from typing import Any

from ministack.services import lambda_svc, s3

from standins.cloud.corrections.resource_handlers import after, before
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    before("AWS::Lambda::Function", lambda properties: _require_object(properties.get("Code") or {}))
    before("AWS::Lambda::LayerVersion", lambda properties: _require_object(properties.get("Content") or {}))
    after("AWS::Lambda::Function", _set_properties)


def _require_object(place: dict[str, Any]) -> None:
    """Plain MiniStack goes on, and the function then answers that it is a mock."""
    bucket, key = place.get("S3Bucket"), place.get("S3Key")
    if bucket and s3._get_object_data(bucket, key, version_id=place.get("S3ObjectVersion")) is None:
        raise ValueError(
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not "
            f"exist. ({bucket}/{key}; Service: Lambda, Status Code: 400)"
        )


def _set_properties(name: str, properties: dict[str, Any]) -> None:
    function = lambda_svc._functions[name]
    for ours, theirs in (("DeadLetterConfig", "DeadLetterConfig"), ("KmsKeyArn", "KMSKeyArn")):
        if properties.get(ours):
            function["config"][theirs] = properties[ours]
        else:
            function["config"].pop(theirs, None)
    reserved = properties.get("ReservedConcurrentExecutions")
    function["concurrency"] = None if reserved is None else int(reserved)
