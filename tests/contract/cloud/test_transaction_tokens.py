"""Transactions that are sent again, as an SDK does when an answer was lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.cloud.conftest import Cloud


def test_a_transaction_sent_again_gets_its_answer_and_changes_nothing(cloud: Cloud) -> None:
    tables = cloud.client("dynamodb")
    tables.create_table(
        TableName="tokens",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    put: dict[str, Any] = {
        "Put": {"TableName": "tokens", "Item": {"id": {"S": "a"}, "similarity": {"N": "97.0"}, "state": {"S": "NEW"}}}
    }
    once = {"TransactItems": [put], "ClientRequestToken": "the-same-token"}
    tables.transact_write_items(**once)
    tables.update_item(
        TableName="tokens",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET #state = :done",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":done": {"S": "DONE"}},
    )
    tables.transact_write_items(**once)
    assert tables.get_item(TableName="tokens", Key={"id": {"S": "a"}})["Item"]["state"] == {"S": "DONE"}
    put["Put"]["Item"]["similarity"] = {"N": "98.0"}
    for _ in range(2):
        with pytest.raises(tables.exceptions.IdempotentParameterMismatchException):
            tables.transact_write_items(**once)
