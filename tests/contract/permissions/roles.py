"""Identities on a cloud that looks at every right: what each may do, what it did, how to take one right away."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from homeward.adapters.aws import client


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource, which may have wildcards."""

    action: str
    resource: str

    def covers(self, action: str, resource: str) -> bool:
        return action == self.action and fnmatchcase(resource, self.resource)

    def statement(self) -> dict[str, str]:
        return {"Effect": "Allow", "Action": self.action, "Resource": self.resource}


@dataclass(frozen=True, order=True)
class Use:
    """What a role, or a user, did or was refused."""

    who: str
    action: str
    resource: str


@cache
def role_of(stack: str, function: str) -> str:
    """The name of a function's role."""
    found = client("lambda").get_function_configuration(FunctionName=f"{stack}-{function}")
    return str(found["Role"]).rpartition("/")[2]


def grants_of(role: str) -> set[Grant]:
    """Everything that a role's policies allow, one action and resource each."""
    iam = client("iam")
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=policy["PolicyArn"])["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=version)
        documents.append(found["PolicyVersion"]["Document"])
    parsed = [json.loads(one) if isinstance(one, str) else one for one in documents]
    return set().union(*(granted(statement) for document in parsed for statement in document["Statement"]))


def granted(statement: dict[str, Any]) -> set[Grant]:
    """What a statement allows, one action and resource each."""
    return {Grant(action, to) for action in _list(statement["Action"]) for to in _list(statement["Resource"])}


@contextmanager
def without(stack: str, function: str, grant: Grant) -> Iterator[None]:
    """The function, begun afresh, with all that it may do but one action on one resource."""
    role, iam = role_of(stack, function), client("iam")
    everything = grants_of(role)
    inline = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    attached = [one["PolicyArn"] for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]
    rest = [one.statement() for one in sorted(everything - {grant})]
    document = json.dumps({"Version": "2012-10-17", "Statement": rest})
    iam.put_role_policy(RoleName=role, PolicyName="all-but-one", PolicyDocument=document)
    for name in inline:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    for arn in attached:
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    _begin_afresh(f"{stack}-{function}")
    try:
        yield
    finally:
        for name, text in inline.items():
            iam.put_role_policy(
                RoleName=role, PolicyName=name, PolicyDocument=text if isinstance(text, str) else json.dumps(text)
            )
        for arn in attached:
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        iam.delete_role_policy(RoleName=role, PolicyName="all-but-one")


def _begin_afresh(function: str) -> None:
    """What a warm process keeps, it doesn't ask for again; one with another environment is a new one."""
    found = client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    variables = {**found, "BEGUN": uuid.uuid4().hex}
    client("lambda").update_function_configuration(FunctionName=function, Environment={"Variables": variables})


def uses(log: Path, since: int = 0, allowed: bool = True) -> set[Use]:
    """What roles and users did, or were refused, after the given byte of the access log."""
    with log.open() as lines:
        lines.seek(since)
        found = [json.loads(line) for line in lines if line.endswith("\n")]
    return {
        Use(who, one["action"], one["resource"]) for one in found if one["allowed"] == allowed and (who := _who(one))
    }


def _who(line: dict[str, Any]) -> str:
    """The name of a role or a user; "" for the account itself."""
    kind, _, name = line["who"].rpartition(":")[2].partition("/")
    return {"assumed-role": name.partition("/")[0], "user": name}.get(kind, "")


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
