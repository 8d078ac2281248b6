"""A SAM template: functions, layer, state machine from S3, rule on new objects, change sets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.cloud.conftest import Cloud, states, unique, wait_for, zip_of

START = """
import os
import homeward_layer

def handler(event, context):
    return {"layer": homeward_layer.NAME, "key": event["detail"]["object"]["key"], "machine": os.environ["MACHINE"]}
"""


@pytest.fixture(scope="module")
def artifacts(cloud: Cloud) -> str:
    bucket, s3 = cloud.bucket(), cloud.client("s3")
    look = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "${FunctionArn}", "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    }
    definition = {"QueryLanguage": "JSONata", **states(Look=look)}
    s3.put_object(Bucket=bucket, Key="start.zip", Body=zip_of(handler=START))
    s3.put_object(Bucket=bucket, Key="layer.zip", Body=zip_of(**{"python/homeward_layer.py": "NAME = 'layer'"}))
    s3.put_object(Bucket=bucket, Key="machine.asl.json", Body=json.dumps(definition).encode())
    return bucket


def template(artifacts: str, pictures: str) -> dict[str, Any]:
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [{"Ref": "Pictures"}]}, "object": {"key": [{"prefix": "crops/"}]}},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"Function": {"Runtime": "python3.12", "Timeout": 10}},
        "Resources": {
            "Pictures": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": pictures,
                    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
                },
            },
            "Layer": {
                "Type": "AWS::Serverless::LayerVersion",
                "Properties": {"ContentUri": {"Bucket": artifacts, "Key": "layer.zip"}},
            },
            "DeadLetters": {"Type": "AWS::SQS::Queue"},
            "StartDetection": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "CodeUri": {"Bucket": artifacts, "Key": "start.zip"},
                    "Handler": "handler.handler",
                    "Layers": [{"Ref": "Layer"}],
                    "Environment": {"Variables": {"MACHINE": "detection"}},
                    "DeadLetterQueue": {"Type": "SQS", "TargetArn": {"Fn::GetAtt": "DeadLetters.Arn"}},
                    "Events": {"NewCrop": {"Type": "EventBridgeRule", "Properties": {"Pattern": pattern}}},
                },
            },
            "Detection": {
                "Type": "AWS::Serverless::StateMachine",
                "Properties": {
                    "DefinitionUri": {"Bucket": artifacts, "Key": "machine.asl.json"},
                    "DefinitionSubstitutions": {"FunctionArn": {"Fn::GetAtt": "StartDetection.Arn"}},
                    "Policies": [{"LambdaInvokePolicy": {"FunctionName": {"Ref": "StartDetection"}}}],
                },
            },
        },
        "Outputs": {
            "Function": {"Value": {"Ref": "StartDetection"}},
            "Machine": {"Value": {"Ref": "Detection"}},
            "Role": {"Value": {"Fn::GetAtt": "StartDetectionRole.Arn"}},
        },
    }


def test_change_set_deploys_it_and_everything_works(cloud: Cloud, artifacts: str) -> None:
    cloudformation, name, pictures = cloud.client("cloudformation"), unique("stack"), unique("pictures")
    change_set = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(template(artifacts, pictures)),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )["Id"]
    cloudformation.get_waiter("change_set_create_complete").wait(
        ChangeSetName=change_set, WaiterConfig={"Delay": 0, "MaxAttempts": 1000}
    )
    cloudformation.execute_change_set(ChangeSetName=change_set)
    stack = cloud.stack(name)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    configuration = cloud.client("lambda").get_function_configuration(FunctionName=outputs["Function"])
    assert configuration["DeadLetterConfig"]["TargetArn"].startswith("arn:aws:sqs:")
    event = {"detail": {"object": {"key": "crops/1.jpg"}}}
    execution = cloud.ended(cloud.start_execution(outputs["Machine"], event))
    assert execution["output"] == {"layer": "layer", "key": "crops/1.jpg", "machine": "detection"}

    cloud.client("s3").put_object(Bucket=pictures, Key="crops/2.jpg", Body=b"x")
    cloud.client("s3").put_object(Bucket=pictures, Key="other/3.jpg", Body=b"x")
    assert_called_once(cloud, outputs["Function"])


def assert_called_once(cloud: Cloud, function: str) -> None:
    """One call came from the state machine, one from the rule."""
    logs = cloud.client("logs")

    def reports() -> int:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        return sum(event["message"].startswith("REPORT") for event in events)

    wait_for(lambda: reports() == 2)
