"""Definitions that can't run are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import ROLE, Cloud, states, unique

PASS: dict[str, Any] = {"Type": "Pass", "End": True}
WRONG: dict[str, Any] = {
    "no states": {"StartAt": "A"},
    "start": {"StartAt": "B", "States": {"A": PASS}},
    "next": states(A={"Type": "Pass", "Next": "B"}),
    "catch": states(A={**PASS, "Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["E"], "Next": "B"}]}),
    "type": states(A={"Type": "Jump", "End": True}),
    "neither next nor end": states(A={"Type": "Pass"}),
    "resource": states(A={"Type": "Task", "End": True}),
    "branch": states(A={**PASS, "Type": "Parallel", "Branches": [{"StartAt": "B", "States": {"A": PASS}}]}),
    "JSONPath field": {"QueryLanguage": "JSONata", **states(A={**PASS, "ResultPath": "$.x"})},
    "not JSON": "{oops",
}


def text(definition: Any) -> str:
    return definition if isinstance(definition, str) else json.dumps(definition)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_definition(cloud: Cloud, name: str) -> None:
    sfn = cloud.client("stepfunctions")
    with pytest.raises(ClientError) as error:
        sfn.create_state_machine(name=unique("machine"), definition=text(WRONG[name]), roleArn=ROLE)
    assert error.value.response["Error"]["Code"] == "InvalidDefinition"
    assert sfn.validate_state_machine_definition(definition=text(WRONG[name]))["result"] == "FAIL"


def template(definition: Any, **properties: Any) -> dict[str, Any]:
    machine = {"RoleArn": ROLE, "DefinitionString": text(definition), **properties}
    return {"Resources": {"It": {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine}}}


def test_stack_with_wrong_definition_fails(cloud: Cloud) -> None:
    assert cloud.deploy(template(WRONG["next"]))["StackStatus"] == "ROLLBACK_COMPLETE"


def test_logging_of_a_stack_is_kept(cloud: Cloud) -> None:
    logging = {"Level": "ERROR", "IncludeExecutionData": False}
    name = unique("machine")
    stack = cloud.deploy(template(states(A=PASS), LoggingConfiguration=logging, StateMachineName=name))
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    arn = f"arn:aws:states:us-east-1:111122223333:stateMachine:{name}"
    found = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    assert found["loggingConfiguration"] == {"level": "ERROR", "includeExecutionData": False}
