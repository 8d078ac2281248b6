"""What a run uploads into the account's bucket of packaged code: noted before, deleted after.

That bucket is shared by every stack of the account, and its keys are digests: a note says what was there before.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters import provisioning
from homeward.adapters.aws import client, error_code


def _bucket() -> str:
    who = provisioning.caller()
    return f"homeward-artifacts-{who.account}-{who.region}"


def _note(stack: str) -> str:
    return f"test/{stack}.json"


def note(stack: str) -> None:
    """Write down what is there before a deployment of this stack."""
    bucket = _bucket()
    known = bucket in [one["Name"] for one in client("s3").list_buckets()["Buckets"]]
    provisioning.ensure_artifacts_bucket(provisioning.caller())
    before = _keys(bucket) if known else []
    body = json.dumps({"made": not known, "before": before}).encode()
    client("s3").put_object(Bucket=bucket, Key=_note(stack), Body=body)


def noted(stack: str) -> bool:
    """Whether there still is a note of this stack."""
    return _read(stack) is not None


def delete(stack: str) -> None:
    """Delete what came since the note, except what another stack's parameters name; then the note."""
    found, bucket = _read(stack), _bucket()
    if found is None:
        return
    used = _used_by_others(stack)
    for key in _keys(bucket):
        if key not in found["before"] and key not in used and not key.startswith("test/"):
            client("s3").delete_object(Bucket=bucket, Key=key)
    client("s3").delete_object(Bucket=bucket, Key=_note(stack))
    if found["made"] and not _keys(bucket):
        client("s3").delete_bucket(Bucket=bucket)


def _read(stack: str) -> dict[str, Any] | None:
    try:
        return dict(json.load(client("s3").get_object(Bucket=_bucket(), Key=_note(stack))["Body"]))
    except ClientError as error:
        if error_code(error) not in ("NoSuchKey", "NoSuchBucket"):
            raise
    return None


def _keys(bucket: str) -> list[str]:
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [one["Key"] for page in pages for one in page.get("Contents", [])]


def _used_by_others(stack: str) -> set[str]:
    pages = client("cloudformation").get_paginator("describe_stacks").paginate()
    others = [one for page in pages for one in page["Stacks"] if one["StackName"] != stack]
    return {parameter.get("ParameterValue", "") for one in others for parameter in one.get("Parameters", [])}
