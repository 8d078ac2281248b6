"""CloudFormation: LifecycleConfiguration, BucketEncryption, ObjectLock and Tags of AWS::S3::Bucket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.serialize
import botocore.session
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from standins.cloud.corrections.resource_handlers import after, is_true
from standins.cloud.patching import replace
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    configurations = (
        *provisioners._S3_BUCKET_CONFIGURATIONS,
        ("LifecycleConfiguration", _lifecycle_xml, _checked(s3._put_bucket_lifecycle), s3._delete_bucket_lifecycle),
        ("BucketEncryption", _encryption_xml, _checked(s3._put_bucket_encryption), s3._delete_bucket_encryption),
        ("Tags", _tags_xml, _checked(s3._put_bucket_tagging), s3._delete_bucket_tagging),
    )
    replace(provisioners, "_S3_BUCKET_CONFIGURATIONS", configurations)
    after("AWS::S3::Bucket", _lock_objects)


def _checked(put: Callable[[str, bytes], Any]) -> Callable[[str, bytes], None]:
    """A refused configuration fails the resource."""

    def call(name: str, body: bytes) -> None:
        status, _, answer = put(name, body)
        if status >= 400:
            raise ValueError(f"{name}: {answer!r} (Service: S3, Status Code: {status})")

    return call


def _lock_objects(name: str, properties: dict[str, Any]) -> None:
    if not is_true(properties.get("ObjectLockEnabled")):
        return
    s3._bucket_versioning[name] = "Enabled"
    configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    rule = (properties.get("ObjectLockConfiguration") or {}).get("Rule") or {}
    if retention := rule.get("DefaultRetention"):
        configuration["Rule"] = {
            "DefaultRetention": {"Mode": retention["Mode"], **_whole_numbers(retention, "Days", "Years")}
        }
    body = _xml("PutObjectLockConfiguration", ObjectLockConfiguration=configuration)
    _checked(s3._put_object_lock_configuration)(name, body)


def _lifecycle_xml(configuration: dict[str, Any]) -> bytes:
    rules = [_lifecycle_rule(rule, number) for number, rule in enumerate(configuration["Rules"], 1)]
    return _xml("PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": rules})


def _lifecycle_rule(rule: dict[str, Any], number: int) -> dict[str, Any]:
    """A rule of the template as the API has it."""
    result: dict[str, Any] = {
        "ID": rule.get("Id", f"rule-{number}"),
        "Status": rule["Status"],
        "Filter": _lifecycle_filter(rule),
    }
    expiration = {name: int(rule[f"ExpirationIn{name}"]) for name in ("Days",) if f"ExpirationIn{name}" in rule}
    if "ExpiredObjectDeleteMarker" in rule:
        expiration["ExpiredObjectDeleteMarker"] = is_true(rule["ExpiredObjectDeleteMarker"])
    old = dict(rule.get("NoncurrentVersionExpiration") or {})
    if "NoncurrentVersionExpirationInDays" in rule:
        old["NoncurrentDays"] = rule["NoncurrentVersionExpirationInDays"]
    abort = rule.get("AbortIncompleteMultipartUpload") or {}
    transitions = [
        {"StorageClass": item["StorageClass"], "Days": int(item["TransitionInDays"])}
        for item in rule.get("Transitions") or []
    ]
    parts = {
        "Expiration": expiration,
        "NoncurrentVersionExpiration": _whole_numbers(old, "NoncurrentDays", "NewerNoncurrentVersions"),
        "AbortIncompleteMultipartUpload": _whole_numbers(abort, "DaysAfterInitiation"),
        "Transitions": transitions,
    }
    return {**result, **{name: part for name, part in parts.items() if part}}


def _lifecycle_filter(rule: dict[str, Any]) -> dict[str, Any]:
    tags = rule.get("TagFilters") or []
    prefix = {"Prefix": rule["Prefix"]} if "Prefix" in rule else {}
    if len(tags) + len(prefix) > 1:
        return {"And": {**prefix, "Tags": tags}}
    return {"Tag": tags[0]} if tags else prefix or {"Prefix": ""}


def _encryption_xml(configuration: dict[str, Any]) -> bytes:
    rules = []
    for rule in configuration["ServerSideEncryptionConfiguration"]:
        result = {"ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault") or {}}
        if "BucketKeyEnabled" in rule:
            result["BucketKeyEnabled"] = is_true(rule["BucketKeyEnabled"])
        rules.append(result)
    return _xml("PutBucketEncryption", ServerSideEncryptionConfiguration={"Rules": rules})


def _tags_xml(tags: list[dict[str, Any]]) -> bytes:
    tag_set = [{"Key": tag["Key"], "Value": str(tag["Value"])} for tag in tags]
    return _xml("PutBucketTagging", Tagging={"TagSet": tag_set})


def _whole_numbers(source: dict[str, Any], *names: str) -> dict[str, int]:
    return {name: int(source[name]) for name in names if name in source}


def _xml(operation: str, **parameters: Any) -> bytes:
    """The request body of an S3 operation, made by botocore's own serializer."""
    model = botocore.session.get_session().get_service_model("s3").operation_model(operation)
    serializer = botocore.serialize.create_serializer("rest-xml", include_validation=False)
    body = serializer.serialize_to_request({"Bucket": "any", **parameters}, model)["body"]
    return body if isinstance(body, bytes) else body.encode()
