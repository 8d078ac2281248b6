"""Everything in an account that belongs to one stack of these tests, found by names and tags, not by the stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters import stacks
from homeward.adapters.aws import client, error_code

STACK_TAG = "aws:cloudformation:stack-name"


def belongings(stack: str) -> list[tuple[str, str]]:
    """(kind, name) of all there is."""
    return [(kind, name) for kind, names in KINDS.items() for name in names(stack)]


def _pages(service: str, operation: str, field: str, **arguments: Any) -> Iterator[Any]:
    for page in client(service).get_paginator(operation).paginate(**arguments):
        yield from page.get(field, [])


def _stacks(stack: str) -> Iterator[str]:
    if stacks.find(stack):
        yield stack


def _buckets(stack: str) -> list[str]:
    return _own(stack, (one["Name"] for one in client("s3").list_buckets()["Buckets"]))


def _own(stack: str, names: Iterator[str]) -> list[str]:
    return [name for name in names if name.startswith(f"{stack}-")]


def _log_groups(stack: str) -> Iterator[str]:
    prefixes = (f"/homeward/{stack}/", f"/aws/vendedlogs/states/{stack}", f"/aws/lambda/{stack}-")
    for prefix in prefixes:
        found = _pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
        yield from (one["logGroupName"] for one in found)


def _parameters(stack: str) -> Iterator[str]:
    found = _pages("ssm", "get_parameters_by_path", "Parameters", Path=f"/homeward/{stack}", Recursive=True)
    yield from (one["Name"] for one in found)


def _keys(stack: str) -> Iterator[str]:
    """Keys have no names; CloudFormation's tags stay on them."""
    for one in _pages("kms", "list_keys", "Keys"):
        try:
            key = client("kms").describe_key(KeyId=one["KeyId"])["KeyMetadata"]
            if key["KeyManager"] == "CUSTOMER" and key["KeyState"] != "PendingDeletion":
                tags = client("kms").list_resource_tags(KeyId=one["KeyId"])["Tags"]
                if {"TagKey": STACK_TAG, "TagValue": stack} in tags:
                    yield one["KeyId"]
        except ClientError as error:
            if error_code(error) not in ("AccessDeniedException", "NotFoundException"):  # somebody else's key
                raise


def _queues(stack: str) -> Iterator[str]:
    yield from _pages("sqs", "list_queues", "QueueUrls", QueueNamePrefix=f"{stack}-")


def _named(service: str, operation: str, field: str, name: str, **arguments: Any) -> Callable[[str], list[str]]:
    """What the service lists under names that begin with the stack's; an ARN's name is its last part."""

    def listed(stack: str) -> list[str]:
        found = _pages(service, operation, field, **arguments)
        names = (one if isinstance(one, str) else one[name] for one in found)
        return [one for one in names if one.rpartition(":")[2].startswith(f"{stack}-")]

    return listed


KINDS: dict[str, Callable[[str], Any]] = {
    "stack": _stacks,
    "bucket": _buckets,
    "table": _named("dynamodb", "list_tables", "TableNames", ""),
    "parameter": _parameters,
    "log group": _log_groups,
    "key": _keys,
    "queue": _queues,
    "collection": _named("rekognition", "list_collections", "CollectionIds", ""),
    "function": _named("lambda", "list_functions", "Functions", "FunctionName"),
    "layer": _named("lambda", "list_layers", "Layers", "LayerName"),
    "machine": _named("stepfunctions", "list_state_machines", "stateMachines", "name"),
    "topic": _named("sns", "list_topics", "Topics", "TopicArn"),
    "alarm": _named("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "rule": _named("events", "list_rules", "Rules", "Name"),
    "role": _named("iam", "list_roles", "Roles", "RoleName"),
    "policy": _named("iam", "list_policies", "Policies", "PolicyName", Scope="Local"),
}
