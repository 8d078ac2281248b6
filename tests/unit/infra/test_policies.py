"""Every identity policy of the template, judged by IAM's tables (policy-sentry) and by a linter (cloudsplaining)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument
from policy_sentry.querying.actions import get_action_data

from homeward.packaging import ROOT
from tests.dags.identity import DAGS, POLICY_OF
from tests.unit.infra.test_protection import TEMPLATE

ANYWHERE = "*"
LONGEST = 6144  # characters of a managed policy, without spaces; IAM's quota
STACK = "homeward-of-some-county"  # a name as long as one may be that still leaves room


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (resource of the template, policy) of everything that some identity may do."""
    for name, body in TEMPLATE["Resources"].items():
        if body["Type"] == "AWS::IAM::ManagedPolicy":
            yield name, body["Properties"]["PolicyDocument"]
        for policy in body["Properties"].get("Policies", []) if body["Type"] == "AWS::IAM::Role" else []:
            yield name, policy["PolicyDocument"]


POLICIES = {name: {"Version": "2012-10-17", "Statement": []} for name, _ in documents()}
for _name, _document in documents():
    POLICIES[_name]["Statement"] += json.loads(json.dumps(_document["Statement"]))  # type: ignore[operator]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def grants(name: str) -> Iterator[tuple[str, Any]]:
    for statement in POLICIES[name]["Statement"]:
        for action in as_list(statement["Action"]):
            yield from ((action, resource) for resource in as_list(statement["Resource"]))


def kinds(action: str) -> set[str]:
    """The forms of ARN that IAM knows for an action; `*` alone where no resource can be named."""
    service, _, verb = action.partition(":")
    found = get_action_data(service, verb)
    assert found, f"IAM knows no action {action}"
    forms = {one["resource_arn_format"] for one in found[service]}
    return forms - {ANYWHERE} or {ANYWHERE}


def arn(resource: Any) -> str:
    """An ARN of the form that the template's expression gives."""
    if isinstance(resource, str):
        return resource
    if "Fn::Sub" in resource:
        text = resource["Fn::Sub"].replace("${CollectionPrefix}", "faces").replace("${AWS::StackName}", "stack")
        for name, value in {"Partition": "aws", "Region": "us-east-1", "AccountId": "111122223333"}.items():
            text = text.replace(f"${{AWS::{name}}}", value)
        return re.sub(r"\$\{(\w+?)(?:\.Arn)?\}", lambda found: named(found[1]), text)
    return named(resource["Ref"] if "Ref" in resource else resource["Fn::GetAtt"][0])


def named(resource: str) -> str:
    """A resource of the template as Ref or Arn give it where a policy names it."""
    where = "us-east-1:111122223333"
    return {
        "AWS::S3::Bucket": f"arn:aws:s3:::{resource.lower()}",
        "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{where}:table/{resource}",
        "AWS::SNS::Topic": f"arn:aws:sns:{where}:{resource}",
        "AWS::SQS::Queue": f"arn:aws:sqs:{where}:{resource}",
        "AWS::KMS::Key": f"arn:aws:kms:{where}:key/{resource}",
        "AWS::Logs::LogGroup": f"arn:aws:logs:{where}:log-group:{resource}:*",
        "AWS::Serverless::Function": f"arn:aws:lambda:{where}:function:{resource}",
        "AWS::Serverless::StateMachine": f"arn:aws:states:{where}:stateMachine:{resource}",
        "AWS::SSM::Parameter": f"/homeward/stack/{resource}",
    }[TEMPLATE["Resources"][resource]["Type"]]


def kind(name: str) -> tuple[str, str]:
    """Of an ARN, or of a form like `arn:${Partition}:s3:::${BucketName}/${ObjectName}`: service, type of resource."""
    service, rest = name.split(":")[2], name.split(":", 5)[5]
    if service in ("sns", "sqs"):
        return service, "topic or queue"  # of which the name is all that their ARNs have
    return service, ("object" if "/" in rest else "bucket") if service == "s3" else re.split("[:/]", rest)[0]


@pytest.mark.parametrize("name", POLICIES)
def test_no_action_is_a_wildcard(name: str) -> None:
    assert [action for action, _ in grants(name) if "*" in action] == []


@pytest.mark.parametrize("name", POLICIES)
def test_a_resource_is_named_where_iam_can_name_one(name: str) -> None:
    for action, resource in grants(name):
        forms = kinds(action)
        if resource == ANYWHERE:
            # Who runs a machine with logs needs these two on everything, AWS says.
            assert forms == {ANYWHERE} or name == "DeliverMachineLogs", f"{action} could name {forms}"
        else:
            known = {kind(form) for form in forms if form != ANYWHERE}
            assert kind(arn(resource)) in known, f"{action}: {arn(resource)}"


@pytest.mark.parametrize("name", POLICIES)
def test_the_linter_finds_no_way_to_more(name: str) -> None:
    resolved = [
        {**one, "Resource": [arn(resource) for resource in as_list(one["Resource"])]}
        for one in POLICIES[name]["Statement"]
    ]
    found = PolicyDocument({"Version": "2012-10-17", "Statement": resolved})
    assert found.allows_privilege_escalation == []
    assert found.credentials_exposure == []
    assert found.service_wildcard == []
    assert found.allows_data_exfiltration_actions == []
    permissions = set(found.permissions_management_without_constraints)
    assert permissions <= ({"logs:PutResourcePolicy"} if name == "DeliverMachineLogs" else set())


MANAGED = [name for name, body in TEMPLATE["Resources"].items() if body["Type"] == "AWS::IAM::ManagedPolicy"]


@pytest.mark.parametrize("name", MANAGED)
def test_a_managed_policy_fits_into_iam(name: str) -> None:
    """With names as CloudFormation makes them: those of the stack and the resource, and 13 characters."""
    resolved = [
        {**one, "Resource": [as_made(resource) for resource in as_list(one["Resource"])]}
        for one in POLICIES[name]["Statement"]
    ]
    assert len(json.dumps({"Version": "2012-10-17", "Statement": resolved}, separators=(",", ":"))) < LONGEST


def as_made(resource: Any) -> str:
    """Its ARN in a stack of that name."""
    found = arn(resource).replace("homeward/stack/", f"homeward/{STACK}/").replace(":stack-", f":{STACK}-")
    for logical in TEMPLATE["Resources"]:
        for written in (logical, logical.lower()):
            found = re.sub(rf"(?<=[:/]){written}(?=[:/]|$)", f"{STACK}-{written}-{13 * 'x'}", found)
    return found


@pytest.mark.parametrize("policy", DAGS)
def test_every_dag_has_the_policy_that_lets_it_run(policy: str) -> None:
    description = TEMPLATE["Resources"][policy]["Properties"]["Description"]
    assert re.findall(r"[a-z]+(?:_[a-z]+)+", description) == list(DAGS[policy])
    assert sorted(POLICY_OF) == sorted(path.stem for path in (ROOT / "dags").glob("*.py"))


def test_the_linter_would_find_what_is_wrong() -> None:
    """A policy with the 2018 system's faults is seen for what it is."""
    bad = PolicyDocument(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": ["s3:*", "iam:PassRole"], "Resource": "*"}],
        }
    )
    assert bad.allows_data_exfiltration_actions
    assert bad.permissions_management_without_constraints
    assert bad.service_wildcard
    assert kind(named("CasesTable")) not in {kind(form) for form in kinds("s3:GetObject")}
