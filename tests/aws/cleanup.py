"""Delete everything that a run of tests/aws made, whatever became of the run; twice does no harm.

    HOMEWARD_TEST_AWS=ACCOUNT python -m tests.aws.cleanup homeward-test-1a2b3c4d

It refuses every other stack, and every other account. The key of the audit log can't be deleted at once: it is disabled
and gone after a week, and costs nothing meanwhile.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters import stacks
from homeward.adapters.aws import client, error_code
from homeward.domain.errors import HomewardError
from tests.aws import artifacts
from tests.aws.account import checked_account, checked_name, is_aws
from tests.aws.belongings import KINDS, belongings

OWN_POLICY = "homeward-test-deny"
"""An inline policy that a test puts on a role, which the stack doesn't know."""

PATIENCE_SECONDS, LOCAL_PATIENCE_SECONDS = 900, 10
Progress = Callable[[str], None]


def remove(stack: str, progress: Progress) -> list[tuple[str, str]]:
    """Delete all; what is left then, as (kind, name)."""
    checked_name(stack)
    checked_account()
    found = stacks.find(stack)
    if found:
        for role in KINDS["role"](stack):
            _ignoring("NoSuchEntity", client("iam").delete_role_policy, RoleName=role, PolicyName=OWN_POLICY)
        stacks.delete(found, progress)
    for kind, delete in DELETE.items():
        for name in KINDS[kind](stack):
            progress(f"deleting {kind} {name}")
            delete(name)
    artifacts.delete(stack)
    return _left(stack)


def _left(stack: str) -> list[tuple[str, str]]:
    """What is there when everything had the time to go; a table, for one, takes a while."""
    end = time.monotonic() + (PATIENCE_SECONDS if is_aws() else LOCAL_PATIENCE_SECONDS)
    while (left := belongings(stack)) and time.monotonic() < end:
        time.sleep(2)
    return [*left, *([("note of artifacts of", stack)] if artifacts.noted(stack) else [])]


def _bucket(name: str) -> None:
    s3 = client("s3")
    locked: dict[str, Any] = {"BypassGovernanceRetention": True} if _is_locked(name) else {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"], **locked)
    s3.delete_bucket(Bucket=name)


def _is_locked(bucket: str) -> bool:
    try:
        client("s3").get_object_lock_configuration(Bucket=bucket)
    except ClientError as error:
        if error_code(error) != "ObjectLockConfigurationNotFoundError":
            raise
        return False
    return True


def _ignoring(code: str, call: Callable[..., Any], **arguments: Any) -> None:
    """Call it; that there is nothing (any more) is what was wanted."""
    try:
        call(**arguments)
    except ClientError as error:
        if error_code(error) != code:
            raise


DELETE: dict[str, Callable[[str], object]] = {
    "key": lambda name: client("kms").schedule_key_deletion(KeyId=name, PendingWindowInDays=7),
    "bucket": _bucket,
    "table": lambda name: client("dynamodb").delete_table(TableName=name),
    "collection": lambda name: client("rekognition").delete_collection(CollectionId=name),
    "parameter": lambda name: client("ssm").delete_parameter(Name=name),
    "log group": lambda name: client("logs").delete_log_group(logGroupName=name),
    "queue": lambda name: client("sqs").delete_queue(QueueUrl=name),
}
"""What outlives the stack, or was never in it."""


def main(arguments: list[str]) -> int:
    """Exit code 0: nothing is left; 1: something is; 2: refused."""
    if len(arguments) != 1:
        print("usage: python -m tests.aws.cleanup STACK", file=sys.stderr)
        return 2
    try:
        left = remove(arguments[0], lambda text: print(text))
    except HomewardError as problem:
        print(problem, file=sys.stderr)
        return 2
    for kind, name in left:
        print(f"left: {kind} {name}", file=sys.stderr)
    print(f"{arguments[0]}: {len(left) or 'nothing'} left")
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
