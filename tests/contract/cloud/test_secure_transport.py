"""Policies that ask for TLS, on a cloud that looks at policies."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
from botocore.config import Config

from tests.serving import serving

TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def test_a_bucket_that_wants_tls_takes_what_stays_on_this_machine(tmp_path: Path) -> None:
    with serving("standins.cloud", "--data", str(tmp_path / "cloud"), "--auth", log=tmp_path / "log") as url:
        config = Config(s3={"addressing_style": "path"})
        root = boto3.Session("test", "test", region_name="us-east-1")
        iam, s3 = root.client("iam", endpoint_url=url), root.client("s3", endpoint_url=url, config=config)
        s3.create_bucket(Bucket="tls-only")
        arns = ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"]
        s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps({"Statement": [{**TLS_ONLY, "Resource": arns}]}))
        iam.create_user(UserName="someone")
        allowed = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": arns}
        iam.put_user_policy(UserName="someone", PolicyName="put", PolicyDocument=json.dumps({"Statement": [allowed]}))
        key = iam.create_access_key(UserName="someone")["AccessKey"]
        someone = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
        answer = someone.client("s3", endpoint_url=url, config=config).put_object(Bucket="tls-only", Key="a", Body=b"")
        assert answer["ETag"]
