"""Adapters against the deployed template on the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from homeward.adapters import aws as adapter_clients
from homeward.settings import Setting, Settings


@pytest.fixture(scope="module")
def settings(cloud_url: str, aws: Any) -> Iterator[Settings]:
    D=aws("dynamodb")
    def t(name,*keys):
        n=f"t-{name}"
        try: D.create_table(TableName=n,BillingMode="PAY_PER_REQUEST",AttributeDefinitions=[{"AttributeName":k,"AttributeType":"S"} for k in {*keys,*(["subject"] if name=="audit" else [])}],KeySchema=[{"AttributeName":k,"KeyType":t_} for k,t_ in zip(keys,("HASH","RANGE"))],**({"GlobalSecondaryIndexes":[{"IndexName":"by_subject","KeySchema":[{"AttributeName":"subject","KeyType":"HASH"},{"AttributeName":"event_id","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]} if name=="audit" else {}))
        except D.exceptions.ResourceInUseException: pass
        return n
    mp=pytest.MonkeyPatch()
    for k,v in {"AWS_ENDPOINT_URL":cloud_url,"AWS_ACCESS_KEY_ID":"test","AWS_SECRET_ACCESS_KEY":"test","AWS_DEFAULT_REGION":"us-east-1"}.items(): mp.setenv(k,v)
    adapter_clients.client.cache_clear()
    yield Settings({"ALERTS_TABLE":t("alerts","case_place","alert_id"),"DETECTIONS_TABLE":t("detections","detection_id"),"AUDIT_TABLE":t("audit","hour","event_id")})
    mp.undo()
