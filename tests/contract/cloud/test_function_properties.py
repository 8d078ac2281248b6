"""AWS::Lambda::Function and its layers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.cloud.conftest import ROLE, Cloud, unique, zip_of


def template(name: str, code: dict[str, Any], **properties: Any) -> dict[str, Any]:
    function = {
        "FunctionName": name,
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": ROLE,
        "Code": code,
        **properties,
    }
    return {"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": function}}}


def test_properties_are_applied_and_taken_away(cloud: Cloud) -> None:
    name, bucket = unique("function"), cloud.bucket()
    _, queue = cloud.queue()
    cloud.client("s3").put_object(Bucket=bucket, Key="code.zip", Body=zip_of(index="def handler(e, c): return 1"))
    code = {"S3Bucket": bucket, "S3Key": "code.zip"}
    dead_letters = {"TargetArn": queue}
    stack = cloud.deploy(template(name, code, ReservedConcurrentExecutions=3, DeadLetterConfig=dead_letters))
    client = cloud.client("lambda")
    assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 3
    assert client.get_function_configuration(FunctionName=name)["DeadLetterConfig"] == dead_letters
    cloud.deploy(template(name, code), stack["StackName"])
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=name)
    assert "DeadLetterConfig" not in client.get_function_configuration(FunctionName=name)
    assert cloud.invoke(name) == (None, 1)


@pytest.mark.parametrize("key", ["code.zip", "layer.zip"])
def test_missing_code_fails_the_stack(cloud: Cloud, key: str) -> None:
    place = {"S3Bucket": cloud.bucket(), "S3Key": key}
    layer = {"Resources": {"Layer": {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": place}}}}
    stack = cloud.deploy(layer if key == "layer.zip" else template(unique("function"), place))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
