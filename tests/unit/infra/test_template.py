"""The template: valid, complete, and no permission wider than it must be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from homeward.settings import Setting

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = ROOT / "infra" / "template.yaml"
LARGEST = 1_000_000  # bytes of a template that CloudFormation reads from S3
WRITES_TO_AUDIT, READS_AUDIT = {"dynamodb:PutItem"}, {"dynamodb:Query", "dynamodb:Scan"}
# What a state machine's role must allow for each service that its states call.
NEEDED = {
    "arn:aws:states:::lambda:invoke": {"lambda:InvokeFunction"},
    "arn:aws:states:::lambda:invoke.waitForTaskToken": {"lambda:InvokeFunction"},
    "arn:aws:states:::s3:getObject": {"s3:GetObject"},
    "arn:aws:states:::s3:putObject": {
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
    },
    "arn:aws:states:::aws-sdk:sfn:describeMapRun": {"states:DescribeMapRun"},
}
FOR_DISTRIBUTED_MAPS = {"states:StartExecution", "states:DescribeExecution", "states:StopExecution"}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    data, problems = decode(str(TEMPLATE))
    assert problems == []
    return dict(data)


def resources(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: body["Properties"] for name, body in template["Resources"].items() if body["Type"] == kind}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed(template: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield (resource of the template, action, resource) of everything that some identity may do."""
    for name, body in template["Resources"].items():
        properties = body["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        if body["Type"] == "AWS::IAM::ManagedPolicy":
            documents.append(properties["PolicyDocument"])
        for statement in (one for document in documents for one in document["Statement"]):
            assert statement["Effect"] == "Allow", name
            assert "NotAction" not in statement, name
            assert "NotResource" not in statement, name
            for action in as_list(statement["Action"]):
                yield from ((name, action, resource) for resource in as_list(statement["Resource"]))


def machines() -> dict[str, Path]:
    """Map each state machine's folder to its definition."""
    return {folder.name: folder / f"{folder.name}.asl.json" for folder in sorted((ROOT / "statemachines").glob("*/"))}


def camel(name: str) -> str:
    return name.title().replace("_", "")


def test_cfn_lint_has_nothing_to_say() -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), str(TEMPLATE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_cloudformation_takes_a_template_of_this_size() -> None:
    assert TEMPLATE.stat().st_size <= LARGEST


def test_no_action_is_a_wildcard(template: dict[str, Any]) -> None:
    rules = list(allowed(template))
    assert len(rules) > 50
    assert [rule for rule in rules if "*" in rule[1]] == []


def test_nothing_of_ours_can_change_the_audit_log(template: dict[str, Any]) -> None:
    about_audit = {action for _, action, resource in allowed(template) if "AuditTable" in str(resource)}
    assert about_audit == WRITES_TO_AUDIT | READS_AUDIT


def test_every_function_and_machine_has_a_role_of_its_own(template: dict[str, Any]) -> None:
    kinds = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
    doers = {name: body for kind in kinds for name, body in resources(template, kind).items()}
    roles = {name: body["Role"]["Fn::GetAtt"][0] for name, body in doers.items()}
    assert sorted(roles.values()) == sorted(resources(template, "AWS::IAM::Role"))
    assert roles == {name: f"{name.removesuffix('Function')}Role" for name in doers}
    assert not any("Policies" in body for body in doers.values()), "SAM would add a policy with logs:* on everything"


def test_functions_are_the_folders(template: dict[str, Any]) -> None:
    folders = {path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py")}
    functions = resources(template, "AWS::Serverless::Function")
    assert set(functions) == {f"{camel(folder)}Function" for folder in folders}
    for folder in folders:
        function = functions[f"{camel(folder)}Function"]
        assert function["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{folder}"}
        assert function["Handler"] == f"{folder}.handler.handler"


def test_machines_are_the_folders(template: dict[str, Any]) -> None:
    deployed = resources(template, "AWS::Serverless::StateMachine")
    assert set(deployed) == {f"{camel(folder)}Machine" for folder in machines()}
    for folder, definition in machines().items():
        machine = deployed[f"{camel(folder)}Machine"]
        assert definition.is_file()
        assert machine["Name"] == {"Fn::Sub": f"${{AWS::StackName}}-{folder}"}
        assert machine["DefinitionUri"]["Key"] == {"Ref": f"{camel(folder)}Key"}
        assert machine["Type"] == "STANDARD"


@pytest.mark.parametrize("folder", machines())
def test_a_definition_gets_exactly_the_substitutions_it_uses(template: dict[str, Any], folder: str) -> None:
    machine = resources(template, "AWS::Serverless::StateMachine")[f"{camel(folder)}Machine"]
    used = set(re.findall(r"\$\{(\w+)\}", machines()[folder].read_text()))
    assert used == set(machine["DefinitionSubstitutions"])


@pytest.mark.parametrize("folder", machines())
def test_a_machine_may_invoke_exactly_the_functions_it_uses(template: dict[str, Any], folder: str) -> None:
    used = set(re.findall(r"\$\{(\w+)FunctionArn\}", machines()[folder].read_text()))
    role = f"{camel(folder)}MachineRole"
    rules = [(action, resource) for name, action, resource in allowed(template) if name == role]
    invoked = [resource for action, resource in rules if action == "lambda:InvokeFunction"]
    assert {one["Fn::GetAtt"][0] for one in invoked} == {f"{name}Function" for name in used}


@pytest.mark.parametrize("folder", machines())
def test_a_machine_may_do_exactly_what_its_states_do(template: dict[str, Any], folder: str) -> None:
    text = machines()[folder].read_text()
    needed = set().union(*(NEEDED[resource] for resource in re.findall(r'"Resource": "([^"]+)"', text)))
    if '"DISTRIBUTED"' in text:
        needed |= FOR_DISTRIBUTED_MAPS
    assert needed == {action for name, action, _ in allowed(template) if name == f"{camel(folder)}MachineRole"}


def test_settings_parameter_holds_every_setting(template: dict[str, Any]) -> None:
    value = template["Resources"]["SettingsParameter"]["Properties"]["Value"]["Fn::Sub"]
    assert sorted(json.loads(value)) == sorted(Setting)


def test_functions_get_the_same_names_as_the_settings_parameter(template: dict[str, Any]) -> None:
    settings = json.loads(template["Resources"]["SettingsParameter"]["Properties"]["Value"]["Fn::Sub"])
    variables = dict(template["Globals"]["Function"]["Environment"]["Variables"])
    for function in resources(template, "AWS::Serverless::Function").values():
        variables |= function.get("Environment", {}).get("Variables", {})
    assert {name: f"${{{value['Ref']}}}" for name, value in variables.items()}.items() <= settings.items()
