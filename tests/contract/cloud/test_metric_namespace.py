"""Policies that leave somebody the metrics of one namespace, on a cloud that looks at policies."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.contract.cloud.conftest import Cloud


def test_metrics_of_the_own_namespace_and_of_no_other(new_cloud: Callable[..., Cloud]) -> None:
    cloud = new_cloud("--auth")
    iam = cloud.client("iam")
    iam.create_user(UserName="someone")
    own = {"StringEquals": {"cloudwatch:namespace": "Ours"}}
    allowed = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": own}
    iam.put_user_policy(UserName="someone", PolicyName="measure", PolicyDocument=json.dumps({"Statement": [allowed]}))
    key = iam.create_access_key(UserName="someone")["AccessKey"]
    someone = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    cloudwatch = someone.client("cloudwatch", endpoint_url=cloud.url)
    cloudwatch.put_metric_data(Namespace="Ours", MetricData=[{"MetricName": "a", "Value": 1}])
    with pytest.raises(ClientError) as refused:
        cloudwatch.put_metric_data(Namespace="Theirs", MetricData=[{"MetricName": "a", "Value": 1}])
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    kept = cloud.client("cloudwatch").list_metrics()["Metrics"]
    assert {one["Namespace"] for one in kept} == {"Ours"}
