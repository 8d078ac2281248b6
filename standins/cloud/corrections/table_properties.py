"""CloudFormation: TimeToLive, point-in-time recovery and encryption of AWS::DynamoDB::Table."""

from __future__ import annotations

from typing import Any

from ministack.services import dynamodb

from standins.cloud.corrections.resource_handlers import after, is_true
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    after("AWS::DynamoDB::Table", _set_properties)


def _set_properties(name: str, properties: dict[str, Any]) -> None:
    if ttl := properties.get("TimeToLiveSpecification"):
        enabled = is_true(ttl.get("Enabled"))
        specification = {"Enabled": enabled, "AttributeName": ttl["AttributeName"]}
        dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": specification})
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        specification = {"PointInTimeRecoveryEnabled": is_true(recovery.get("PointInTimeRecoveryEnabled"))}
        dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": specification})
    encryption = properties.get("SSESpecification") or {}
    if is_true(encryption.get("SSEEnabled")):
        key = {"KMSMasterKeyArn": encryption["KMSMasterKeyId"]} if encryption.get("KMSMasterKeyId") else {}
        dynamodb._tables[name]["SSEDescription"] = {
            "Status": "ENABLED",
            "SSEType": encryption.get("SSEType", "KMS"),
            **key,
        }
