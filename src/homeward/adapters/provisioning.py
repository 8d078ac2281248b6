"""What a deployment needs beside the stack: the bucket before it; the collection, the policy and the phones after it.

Everything here may be done again and changes nothing then.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from homeward.adapters.aws import aws_errors, client, error_code
from homeward.domain.errors import DeployError, InputError

PHONE_NUMBER = re.compile(r"\+[1-9]\d{6,14}")  # E.164
_EVERYTHING_BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who deploys, and where to."""

    account: str
    arn: str
    region: str


def caller() -> Caller:
    """The identity behind the credentials in use."""
    with aws_errors():
        sts = client("sts")
        found = sts.get_caller_identity()
    return Caller(found["Account"], found["Arn"], sts.meta.region_name)


# ------------------------------------------------------------------------------------- artifacts


def ensure_artifacts_bucket(who: Caller) -> str:
    """Make the bucket for packaged code, private and over TLS only; return its name."""
    name = f"homeward-artifacts-{who.account}-{who.region}"
    arn = f"arn:{who.arn.split(':')[1]}:s3:::{name}"
    # us-east-1 is the one region that must not be named.
    where: Any = {} if who.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": who.region}}
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3 = client("s3")
    with aws_errors():
        try:
            s3.create_bucket(Bucket=name, **where)
        except ClientError as error:
            if error_code(error) != "BucketAlreadyOwnedByYou":
                raise
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=_EVERYTHING_BLOCKED)
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls_only]}))
    return name


def upload_if_missing(bucket: str, key: str, body: bytes, who: Caller) -> bool:
    """Upload a file whose key carries its digest; False when it is there already."""
    s3 = client("s3")
    with aws_errors():
        try:
            s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=who.account)
            return False
        except ClientError as error:
            if error_code(error) != "404":
                raise
        s3.put_object(Bucket=bucket, Key=key, Body=body, ExpectedBucketOwner=who.account)
    return True


def upload_template(bucket: str, template: str, who: Caller) -> str:
    """Store a template where CloudFormation reads it (a request holds 51,200 bytes, an object 1 MB); return its URL."""
    body = template.encode()
    key = f"template/{hashlib.sha256(body).hexdigest()}.yaml"
    upload_if_missing(bucket, key, body, who)
    return f"{client('s3').meta.endpoint_url}/{bucket}/{key}"


# ------------------------------------------------------------------------------------- after the stack


def read_json_parameter(name: str) -> dict[str, Any]:
    """An SSM parameter that holds a JSON object, as it is now."""
    with aws_errors():
        return dict(json.loads(client("ssm").get_parameter(Name=name)["Parameter"]["Value"]))


def collections_in_use() -> dict[str, str]:
    """The live face collection of each stack in this account and region, by the stack's name."""
    with aws_errors():
        pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/homeward", Recursive=True)
        found = {one["Name"]: one["Value"] for page in pages for one in page["Parameters"]}
    return {name.split("/")[2]: value for name, value in found.items() if name.split("/")[3:] == ["collection"]}


def ensure_collection(parameter_name: str) -> str:
    """Make the face collection that is live; return its name."""
    with aws_errors():
        collection = str(client("ssm").get_parameter(Name=parameter_name)["Parameter"]["Value"])
        try:
            client("rekognition").create_collection(CollectionId=collection)
        except ClientError as error:
            if error_code(error) != "ResourceAlreadyExistsException":
                raise
    return collection


def keep_policy(bucket: str, key: str, body: bytes) -> None:
    """Store a policy file for good; DeployError when that version is there with other content."""
    s3 = client("s3")
    with aws_errors():
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json", IfNoneMatch="*")
        except ClientError as error:
            if error_code(error) != "PreconditionFailed":
                raise
        kept = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    if kept != body:
        raise DeployError(f"s3://{bucket}/{key} holds another policy of that version; give yours a new one")


def point_to_policy(parameter_name: str, pointer: dict[str, str]) -> None:
    """Make a stored policy the live one."""
    put_text_parameter(parameter_name, json.dumps(pointer))


def put_text_parameter(parameter_name: str, text: str) -> None:
    """Give an SSM parameter a value."""
    with aws_errors():
        client("ssm").put_parameter(Name=parameter_name, Value=text, Type="String", Overwrite=True)


def ensure_secret(parameter_name: str) -> None:
    """Make 32 random bytes, hexadecimal, that the parameter store keeps encrypted; those that are there stay."""
    with aws_errors():
        try:
            client("ssm").put_parameter(Name=parameter_name, Value=secrets.token_hex(32), Type="SecureString")
        except ClientError as error:
            if error_code(error) != "ParameterAlreadyExists":
                raise


def check_phone_number(number: str) -> None:
    """InputError when it isn't one that SNS takes."""
    if not PHONE_NUMBER.fullmatch(number):
        raise InputError(f"{number!r} is not a phone number; expected + and 7 to 15 digits, e.g. +15555550100")


def subscribe_phone(topic_arn: str, number: str) -> None:
    """Let a phone get a topic's messages as SMS; subscribing again returns the subscription that is there."""
    check_phone_number(number)
    with aws_errors():
        client("sns").subscribe(TopicArn=topic_arn, Protocol="sms", Endpoint=number, ReturnSubscriptionArn=True)
