"""References to what a template doesn't declare."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Cloud


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nope"},
        {"Fn::Sub": "a-${Nope}"},
        {"Fn::Sub": ["${x}-${Nope.Arn}", {"x": 1}]},
        {"Fn::GetAtt": "Nope.Arn"},
    ],
    ids=str,
)
def test_undeclared_name_is_refused(cloud: Cloud, value: Any) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "k", "Value": value}]}}
    with pytest.raises(ClientError, match=r"Unresolved resource dependencies \[Nope\]"):
        cloud.deploy({"Resources": {"Queue": queue}})


def test_declared_names_are_fine(cloud: Cloud) -> None:
    text = "${Word}-${AWS::Region}-${Queue.Arn}-${own}-${!Literal}"
    outputs = {"It": {"Value": {"Fn::Sub": [text, {"own": {"Ref": "AWS::AccountId"}}]}}}
    template = {
        "Parameters": {"Word": {"Type": "String", "Default": "w"}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": outputs,
    }
    (output,) = cloud.deploy(template)["Outputs"]
    assert output["OutputValue"].startswith("w-us-east-1-arn:aws:sqs:us-east-1:111122223333:")
    assert output["OutputValue"].endswith("-111122223333-${Literal}")
