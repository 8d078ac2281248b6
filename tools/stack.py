"""What `infra/template.yaml` says of who may do what and who calls whom, in plain words for tables and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cfnlint.decode import decode

from tools.made_sections import ROOT

SUFFIXES = "Table|Bucket|Topic|Parameter|Machine|Function|Queue|Role"
WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
KINDS = {
    "AWS::DynamoDB::Table": "table",
    "AWS::S3::Bucket": "bucket",
    "AWS::SNS::Topic": "topic",
    "AWS::SQS::Queue": "queue",
    "AWS::SSM::Parameter": "parameter",
    "AWS::Serverless::StateMachine": "machine",
    "AWS::KMS::Key": "key",
    "AWS::Logs::LogGroup": "logs",
}
POLICIES = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")


@dataclass(frozen=True, slots=True)
class Grant:
    """An identity may do `actions` of `service` on each of `things`, `when` something holds ("": always)."""

    service: str
    actions: tuple[str, ...]
    things: tuple[str, ...]
    when: str = ""


@cache
def resources(file: str = "infra/template.yaml") -> dict[str, Any]:
    """The resources of a template by name."""
    template, problems = decode(str(ROOT / file))
    if problems:
        raise ValueError(f"{file}: {problems}")
    found: dict[str, Any] = dict(template["Resources"])
    return found


def of_type(*kinds: str) -> dict[str, Any]:
    """Properties of every resource of these types."""
    return {name: body.get("Properties", {}) for name, body in resources().items() if body["Type"] in kinds}


def short(name: str) -> str:
    """`StartDetectionFunction` is `start_detection`, `LookAlikesTable` `look-alikes`."""
    stem = re.sub(rf"({SUFFIXES})$", "", name)
    if name.endswith(("Function", "Machine", "Role")):
        return WORDS.sub("_", stem).lower()
    return WORDS.sub("-", stem).lower()


def named(name: str) -> str:
    """With its kind: `table cases`."""
    if name not in resources():
        return f"parameter {name.lower()}"
    kind = KINDS.get(resources()[name]["Type"])
    return f"{kind} {short(name)}" if kind else short(name)


def referred(value: Any) -> str:
    """The resource that a `Ref` or a `GetAtt` names."""
    if "Ref" in value:
        return str(value["Ref"])
    target = value["Fn::GetAtt"]
    return str(target if isinstance(target, str) else target[0]).removesuffix(".Arn")


def thing(value: Any) -> str:
    """A resource of a statement, in words."""
    if isinstance(value, str):
        return "everything" if value == "*" else value
    if "Fn::Sub" not in value:
        return named(referred(value))
    text = value["Fn::Sub"]
    if found := re.fullmatch(r"\$\{(\w+)\.Arn\}/(.*)", text):
        return f"{named(found[1])}: {found[2]}"
    if found := re.search(r":parameter\$\{(\w+)\}", text):
        return named(found[1])
    if found := re.search(r":s3:::\$\{(\w+)\}/(.*)", text):
        return f"bucket {short(found[1])}: {found[2].replace('${Camera}', 'CAMERA')}"
    last = text.split("${AWS::AccountId}:")[-1].replace("${AWS::StackName}-", "").replace("${AWS::StackName}", "STACK")
    return str(last.replace("${CollectionPrefix}-*", "of the stack").replace("collection/", "face collections "))


def grants(document: Mapping[str, Any]) -> list[Grant]:
    """Of a policy document."""
    found = []
    for statement in document["Statement"]:
        actions, things = as_list(statement["Action"]), tuple(thing(one) for one in as_list(statement["Resource"]))
        for service in sorted({action.partition(":")[0] for action in actions}):
            own = tuple(action.partition(":")[2] for action in actions if action.startswith(f"{service}:"))
            found.append(Grant(service, own, things, condition(statement)))
    return found


def as_list(value: Any) -> list[Any]:
    """A list, whether one was given or not."""
    return value if isinstance(value, list) else [value]


def shared() -> dict[str, list[Grant]]:
    """Managed policies."""
    return {name: grants(body["PolicyDocument"]) for name, body in of_type("AWS::IAM::ManagedPolicy").items()}


def roles() -> Iterator[tuple[str, str, list[Grant], list[str]]]:
    """(role, service that acts as it, its own grants, managed policies it has besides)."""
    for name, body in of_type("AWS::IAM::Role").items():
        (trust,) = body["AssumeRolePolicyDocument"]["Statement"]
        own = [grant for policy in body.get("Policies", []) for grant in grants(policy["PolicyDocument"])]
        yield name, trust["Principal"]["Service"], own, [policy_name(one) for one in body.get("ManagedPolicyArns", [])]


def policy_name(value: Any) -> str:
    """Ours by its name, one of AWS by the end of its ARN."""
    if isinstance(value, str):
        return value.rpartition("/")[2]
    return str(value["Ref"]) if "Ref" in value else str(value["Fn::Sub"]).rpartition("/")[2]


def rights(role: str) -> list[Grant]:
    """Everything that a role may do."""
    common = shared()
    for name, _, own, managed in roles():
        if name == role:
            return own + [grant for policy in managed for grant in common.get(policy, [])]
    raise KeyError(role)


def resource_policies() -> Iterator[tuple[str, str, str, str, str]]:
    """(resource, effect, principal, actions, condition) of everything that a resource itself says."""
    for name, body in of_type(*POLICIES).items():
        on = [named(referred(one)) for key in ("Bucket", "Queues", "Topics") for one in as_list(body.get(key, []))]
        for statement in body["PolicyDocument"]["Statement"]:
            yield ", ".join(on) or named(name), *_statement(statement)
    for name, body in of_type("AWS::KMS::Key").items():
        for statement in body["KeyPolicy"]["Statement"]:
            yield named(name), *_statement(statement)
    for body in of_type("AWS::Lambda::Permission").values():
        function = short(referred(body["FunctionName"]))
        source = named(referred(body["SourceArn"])) if "SourceArn" in body else "-"
        yield f"function {function}", "Allow", body["Principal"], body["Action"], f"from {source}"


def _statement(statement: Mapping[str, Any]) -> tuple[str, str, str, str]:
    who = statement["Principal"]
    several = [] if isinstance(who, str) else [one for value in who.values() for one in as_list(value)]
    principal = who if isinstance(who, str) else ", ".join(_flat(one) for one in several)
    named_principal = {"*": "everybody"}.get(principal, principal)
    return statement["Effect"], named_principal, ", ".join(as_list(statement["Action"])), condition(statement) or "-"


def condition(statement: Mapping[str, Any]) -> str:
    """What must hold for a statement to count; "" when nothing."""
    return "; ".join(
        f"{key} {test} {', '.join(_flat(one) for one in as_list(value))}"
        for test, pairs in statement.get("Condition", {}).items()
        for key, value in pairs.items()
    )


def _flat(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "Fn::Sub" in value:
        text = str(value["Fn::Sub"])
        return "the account" if text.endswith(":root") else text.replace("${AWS::AccountId}", "ACCOUNT")
    return "the account" if value.get("Ref") == "AWS::AccountId" else named(referred(value))


def template_of_camera() -> list[Grant]:
    """What the user of one camera may do."""
    user = resources("infra/camera.yaml")["User"]["Properties"]
    return [grant for policy in user["Policies"] for grant in grants(policy["PolicyDocument"])]
