"""CloudFormation by change sets: see what would change, do it, and tell what happens meanwhile."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import aws_errors, client, error_code
from homeward.domain.errors import DeployError, InputError

Progress = Callable[[str], None]

STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")  # also part of bucket names
TIMEOUT_SECONDS = 1800.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 3.0  # seconds between two looks
_OUTLIVE = frozenset({"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::KMS::Key"})
_HEALTHY = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"})


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack; `parameters` and `outputs` by name."""

    stack_id: str
    status: str
    reason: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A resource that outlives its stack: its name in the template, its type, its own name."""

    resource: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one resource; `replacement` is `True`, `False`, `Conditional` or empty."""

    action: str
    resource: str
    kind: str
    replacement: str


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change that CloudFormation has checked and that waits to be done or discarded."""

    change_set_id: str
    stack_id: str
    stack: str
    changes: tuple[Change, ...]


def find(stack: str) -> Stack | None:
    """Return the stack, None when there is none."""
    if not STACK_NAME.fullmatch(stack):
        raise InputError(f"{stack!r} is not a stack name; small letters, digits and '-', a letter first, 40 at most")
    with aws_errors():
        try:
            return _describe(stack)
        except ClientError as error:
            # The name is a valid one: that there is no such stack is all that can be invalid about the request.
            if error_code(error) != "ValidationError":
                raise
    return None


def prepare(stack: str, template_url: str, parameters: Mapping[str, str], progress: Progress) -> ChangeSet | None:
    """Let CloudFormation work out what would change; None when the stack is healthy and has these parameters already.

    So a parameter has to differ whenever the template does; `template_url` is as `provisioning.upload_template` returns
    it. Parameters that aren't given stay what they are. DeployError when CloudFormation refuses the template.
    """
    found = find(stack)
    if found and found.status in _HEALTHY and parameters.items() <= found.parameters.items():
        return None
    if found and found.status == "ROLLBACK_COMPLETE":  # its creation failed; nothing but its name is left of it
        progress("removing what is left of a creation that failed")
        delete(found, progress)
        found = None
    is_new = found is None or found.status == "REVIEW_IN_PROGRESS"
    if found and not is_new and found.status not in _HEALTHY:
        raise DeployError(f"stack {stack} is {found.status}: {found.reason or 'wait for its end, or mend it first'}")
    name = f"deploy-{uuid.uuid4().hex}"
    with aws_errors():
        created = client("cloudformation").create_change_set(
            StackName=stack,
            ChangeSetName=name,
            ClientToken=name,
            ChangeSetType="CREATE" if is_new else "UPDATE",
            TemplateURL=template_url,
            Parameters=_parameters(template_url, parameters, () if is_new or found is None else found.parameters),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
    return _checked(stack, created["Id"], created["StackId"])


def execute(change_set: ChangeSet, progress: Progress) -> Stack:
    """Do the change and wait for its end; DeployError names the resource that failed first, and why."""
    seen = {event["EventId"] for event in _events(change_set.stack_id)}
    with aws_errors():
        client("cloudformation").execute_change_set(ChangeSetName=change_set.change_set_id)
    stack, events = _wait(change_set.stack_id, seen, len(change_set.changes), progress)
    if stack.status not in _HEALTHY or "ROLLBACK" in stack.status:
        raise DeployError(f"stack {change_set.stack} is {stack.status}: {_first_failure(events) or stack.reason}")
    return stack


def discard(change_set: ChangeSet) -> None:
    """Forget a change that wasn't done."""
    with aws_errors():
        client("cloudformation").delete_change_set(ChangeSetName=change_set.change_set_id)


def delete(stack: Stack, progress: Progress) -> None:
    """Delete a stack and wait for its end; DeployError says which resource stays, and why."""
    progress(f"deleting stack {stack.stack_id}")
    seen = {event["EventId"] for event in _events(stack.stack_id)}
    with aws_errors():
        client("cloudformation").delete_stack(StackName=stack.stack_id)
    gone, events = _wait(stack.stack_id, seen, 0, lambda text: None)
    if gone.status != "DELETE_COMPLETE":
        raise DeployError(f"{stack.stack_id} is {gone.status}: {_first_failure(events) or gone.reason}")


def kept(stack: Stack) -> list[Kept]:
    """The buckets, tables and keys of a stack, which outlive it (`DeletionPolicy` in the template)."""
    with aws_errors():
        pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack.stack_id)
        found = [one for page in pages for one in page["StackResourceSummaries"]]
    return [
        Kept(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for one in sorted(found, key=lambda one: (one["ResourceType"], one["LogicalResourceId"]))
        if one["ResourceType"] in _OUTLIVE
    ]


def _parameters(template_url: str, given: Mapping[str, str], had: Iterable[str]) -> list[Any]:
    with aws_errors():
        summary = client("cloudformation").get_template_summary(TemplateURL=template_url)
    stay = {one["ParameterKey"] for one in summary["Parameters"]} & set(had) - set(given)
    return [
        *({"ParameterKey": name, "ParameterValue": value} for name, value in given.items()),
        *({"ParameterKey": name, "UsePreviousValue": True} for name in sorted(stay)),
    ]


def _checked(stack: str, change_set_id: str, stack_id: str) -> ChangeSet:
    for _ in _looks(f"the change set of stack {stack}"):
        with aws_errors():
            pages = client("cloudformation").get_paginator("describe_change_set").paginate(ChangeSetName=change_set_id)
            found = list(pages)
        status = found[0]["Status"]
        if status == "CREATE_COMPLETE":
            break
        if status == "FAILED":
            refused = ChangeSet(change_set_id, stack_id, stack, ())
            discard(refused)
            raise DeployError(f"CloudFormation refuses the change of stack {stack}: {found[0].get('StatusReason', '')}")
    changes = [one["ResourceChange"] for page in found for one in page["Changes"]]
    return ChangeSet(change_set_id, stack_id, stack, tuple(_change(one) for one in changes))


def _change(data: Mapping[str, Any]) -> Change:
    return Change(data["Action"], data["LogicalResourceId"], data["ResourceType"], data.get("Replacement", ""))


def _wait(stack_id: str, seen: set[str], expected: int, progress: Progress) -> tuple[Stack, list[dict[str, Any]]]:
    """Follow a stack until it no longer changes; also return the events meanwhile, oldest first."""
    events: list[dict[str, Any]] = []
    done: set[str] = set()
    for _ in _looks(f"stack {stack_id}"):
        with aws_errors():
            stack = _describe(stack_id)
        fresh = [event for event in _events(stack_id) if event["EventId"] not in seen]
        seen |= {event["EventId"] for event in fresh}
        events += reversed(fresh)
        completed = [event["LogicalResourceId"] for event in reversed(fresh) if _is_end(event)]
        done.update(completed)
        if completed:
            progress(f"stack: {min(len(done), expected)} of {expected} resources, {completed[-1]}")
        if not stack.status.endswith("_IN_PROGRESS"):
            break
    return stack, events


def _is_end(event: Mapping[str, Any]) -> bool:
    """Whether a resource (not the stack itself) is done."""
    return bool(event["ResourceStatus"].endswith("_COMPLETE") and event["PhysicalResourceId"] != event["StackId"])


def _describe(name_or_id: str) -> Stack:
    """By its identifier a deleted stack is found too. Raises AWS's errors."""
    found = client("cloudformation").describe_stacks(StackName=name_or_id)["Stacks"][0]
    return Stack(
        stack_id=found["StackId"],
        status=found["StackStatus"],
        reason=found.get("StackStatusReason", ""),
        parameters={one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])},
        outputs={one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
    )


def _events(stack_id: str) -> list[dict[str, Any]]:
    """All events of a stack, newest first."""
    with aws_errors():
        pages = client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
        return [event for page in pages for event in page["StackEvents"]]


def _first_failure(events: list[dict[str, Any]]) -> str:
    """The first failure is the cause; the others are cancelled because of it."""
    for event in events:
        if event["ResourceStatus"].endswith("_FAILED") and event["PhysicalResourceId"] != event["StackId"]:
            return f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '')}"
    return ""


def _looks(what: str) -> Iterator[None]:
    """Once at first, then again and again with longer pauses; DeployError when it takes too long."""
    end, pause = time.monotonic() + TIMEOUT_SECONDS, _FIRST_PAUSE
    while time.monotonic() < end:
        yield
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    raise DeployError(f"{what} didn't come to an end within {TIMEOUT_SECONDS / 60:.0f} minutes")
