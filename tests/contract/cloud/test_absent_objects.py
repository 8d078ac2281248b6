"""Who learns that an object isn't there, on a cloud that looks at policies."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Cloud


def test_an_absent_object_is_told_only_to_who_may_list(new_cloud: Callable[..., Cloud]) -> None:
    cloud = new_cloud("--auth")
    iam, bucket = cloud.client("iam"), cloud.bucket()
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    found = {}
    for name, statements in {"reader": [reading], "lister": [reading, listing]}.items():
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps({"Statement": statements}))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
        s3 = session.client("s3", endpoint_url=cloud.url, config=Config(s3={"addressing_style": "path"}))
        codes = []
        for read in (s3.get_object, s3.head_object):
            with pytest.raises(ClientError) as refused:
                read(Bucket=bucket, Key="absent")
            codes.append(refused.value.response["Error"]["Code"])
        found[name] = codes
    assert found == {"reader": ["AccessDenied", "403"], "lister": ["NoSuchKey", "404"]}
