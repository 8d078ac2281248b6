"""AWS::DynamoDB::Table."""

from __future__ import annotations

from typing import Any

from tests.contract.cloud.conftest import Cloud, unique


def test_properties_are_applied_on_create_and_update(cloud: Cloud) -> None:
    name = unique("table")
    key = {"AttributeName": "id", "AttributeType": "S"}
    base = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [key],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }

    def template(**properties: Any) -> dict[str, Any]:
        return {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {**base, **properties}}}}

    ttl = {"AttributeName": "expires", "Enabled": True}
    stack = cloud.deploy(template(TimeToLiveSpecification=ttl, SSESpecification={"SSEEnabled": True}))
    dynamodb = cloud.client("dynamodb")
    found = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert found == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    assert dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]["Status"] == "ENABLED"

    recovery = {"PointInTimeRecoveryEnabled": True}
    cloud.deploy(
        template(
            TimeToLiveSpecification={**ttl, "Enabled": False},
            PointInTimeRecoverySpecification=recovery,
            SSESpecification={"SSEEnabled": True},
        ),
        stack["StackName"],
    )
    described = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert described["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
