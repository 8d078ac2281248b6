"""DynamoDB in plain Python values: reading items, and writing several in one transaction.

Items are dicts of JSON values; numbers go in as Decimal and come out as int or float.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from homeward.adapters.aws import AWS_ERRORS, AwsError, aws_errors, client, error_code, translated
from homeward.domain.audit import AuditEvent
from homeward.domain.errors import ConflictError, HomewardError, ServiceUnavailableError, ThrottledError

Item = dict[str, Any]
_BATCH = 100  # keys per BatchGetItem
_serializer, _deserializer = TypeSerializer(), TypeDeserializer()


def to_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values -> DynamoDB's wire form; None values are left out."""
    return {name: _serializer.serialize(_decimal(value)) for name, value in item.items() if value is not None}


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """DynamoDB's wire form -> plain values."""
    return {name: _plain(_deserializer.deserialize(value)) for name, value in attributes.items()}


def put(
    table: str,
    item: Mapping[str, Any],
    condition: str | None = None,
    names: Mapping[str, str] | None = None,
    **values: Any,
) -> Item:
    """A Put for `transact`; `values` fill the condition's `:name` placeholders, `names` its `#name` ones."""
    return {"Put": {"TableName": table, "Item": to_attributes(item), **_conditional(condition, names or {}, values)}}


def delete(
    table: str,
    key: Mapping[str, Any],
    condition: str | None = None,
    names: Mapping[str, str] | None = None,
    **values: Any,
) -> Item:
    """A Delete for `transact`; an item that isn't there doesn't matter unless the condition says so."""
    return {"Delete": {"TableName": table, "Key": to_attributes(key), **_conditional(condition, names or {}, values)}}


def check(table: str, key: Mapping[str, Any], condition: str, names: Mapping[str, str], **values: Any) -> Item:
    """A ConditionCheck for `transact`: nothing is written unless it holds."""
    operation = {"TableName": table, "Key": to_attributes(key)}
    return {"ConditionCheck": {**operation, **_conditional(condition, names, values)}}


def update(
    table: str,
    key: Mapping[str, Any],
    changes: Mapping[str, Any],
    condition: str | None,
    remove: Sequence[str] = (),
    **values: Any,
) -> Item:
    """An Update for `transact`: sets `changes`, removes `remove`; the condition may say `#name` for their names."""
    names = {f"#{name}": name for name in (*changes, *remove)}
    sets = ", ".join(f"#{name} = :set_{name}" for name in changes)
    removed = ", ".join(f"#{name}" for name in remove)
    expression = " ".join([*([f"SET {sets}"] if sets else []), *([f"REMOVE {removed}"] if removed else [])])
    every = {**{f"set_{name}": value for name, value in changes.items()}, **values}
    operation = {"TableName": table, "Key": to_attributes(key), "UpdateExpression": expression}
    return {"Update": {**operation, **_conditional(condition, names, every)}}


def adding(operation: Item, name: str, values: set[str], names: Mapping[str, str] | None = None) -> Item:
    """Let an Update also add to a set of strings, which exists as long as something is in it.

    `names` fill the `#name` placeholders of its condition that stand for nothing that it sets.
    """
    change = operation["Update"]
    change["UpdateExpression"] = f"{change['UpdateExpression']} ADD #added :added".strip()
    change.setdefault("ExpressionAttributeNames", {}).update({"#added": name, **(names or {})})
    change.setdefault("ExpressionAttributeValues", {})[":added"] = _serializer.serialize(values)
    return operation


def event_put(table: str, event: AuditEvent) -> Item:
    """The Put that appends an audit event; it goes into the transaction of the change that it describes."""
    item: Item = {name: getattr(event, name) for name in event.__slots__}
    item["hour"], item["reasons"] = event.hour, list(event.reasons)
    return put(table, item, "attribute_not_exists(event_id)")


def transact(*operations: Item) -> None:
    """Do all or nothing. ConflictError when a condition fails; TransientErrors as they come."""
    try:
        client("dynamodb").transact_write_items(TransactItems=list(operations))
    except AWS_ERRORS as error:
        raise _transaction_error(error) from error


def _transaction_error(error: AwsError) -> HomewardError:
    if not isinstance(error, ClientError) or error_code(error) != "TransactionCanceledException":
        return translated(error)
    codes = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    if "ConditionalCheckFailed" in codes:
        return ConflictError(f"condition {codes.index('ConditionalCheckFailed') + 1} of {len(codes)} did not hold")
    if "TransactionConflict" in codes:
        return ServiceUnavailableError("another transaction touches the same items")
    return ThrottledError(f"transaction cancelled: {', '.join(str(code) for code in codes)}")


def get(table: str, key: Mapping[str, Any]) -> Item | None:
    """Read one item, consistently."""
    with aws_errors():
        answer = client("dynamodb").get_item(TableName=table, Key=to_attributes(key), ConsistentRead=True)
    return from_attributes(answer["Item"]) if "Item" in answer else None


def batch_get(table: str, keys: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Read many items by key, in no particular order; missing ones are left out."""
    waiting = [to_attributes(key) for key in keys]
    found: list[Item] = []
    while waiting:
        request = {table: {"Keys": waiting[:_BATCH], "ConsistentRead": True}}
        with aws_errors():
            answer = client("dynamodb").batch_get_item(RequestItems=request)
        found += [from_attributes(item) for item in answer["Responses"].get(table, [])]
        unread = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        if len(unread) == len(waiting[:_BATCH]):
            raise ThrottledError(f"DynamoDB read nothing of {len(unread)} keys of {table}")
        waiting = unread + waiting[_BATCH:]
    return found


def query(
    table: str,
    condition: str,
    index: str | None = None,
    names: Mapping[str, str] | None = None,
    consistent: bool = False,
    limit: int | None = None,
    **values: Any,
) -> Iterator[Item]:
    """All items of a key condition, in key order; `values` fill its `:name` placeholders, `names` its `#name` ones.

    `limit` is how many are read at a time, when fewer than all are wanted.
    """
    parameters = _queried(table, condition, index, names, values) | {"ConsistentRead": consistent}
    yield from _pages("query", {**parameters, **({"Limit": limit} if limit else {})})


def count(table: str, condition: str, index: str, names: Mapping[str, str], **values: Any) -> int:
    """How many items `query` would give."""
    parameters = _queried(table, condition, index, names, values) | {"Select": "COUNT"}
    with aws_errors():
        return sum(page["Count"] for page in client("dynamodb").get_paginator("query").paginate(**parameters))


def _queried(
    table: str, condition: str, index: str | None, names: Mapping[str, str] | None, values: Mapping[str, Any]
) -> Item:
    parameters: Item = {"TableName": table, "KeyConditionExpression": condition}
    return parameters | ({"IndexName": index} if index else {}) | _conditional(None, names or {}, values)


def scan(table: str, projection: str | None = None, consistent: bool = False) -> Iterator[Item]:
    """Every item of a table; `projection` names the attributes to read."""
    names = {f"#{name}": name for name in (projection or "").split(",") if name}
    parameters: Item = {"TableName": table, "ConsistentRead": consistent}
    if names:
        parameters |= {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}
    yield from _pages("scan", parameters)


def _pages(operation: str, parameters: Item) -> Iterator[Item]:
    with aws_errors():
        for page in client("dynamodb").get_paginator(operation).paginate(**parameters):
            yield from (from_attributes(item) for item in page["Items"])


def _conditional(condition: str | None, names: Mapping[str, str], values: Mapping[str, Any]) -> Item:
    parts: Item = {"ConditionExpression": condition} if condition else {}
    if names:
        parts["ExpressionAttributeNames"] = dict(names)
    if values:
        parts["ExpressionAttributeValues"] = {
            f":{name}": _serializer.serialize(_decimal(v)) for name, v in values.items()
        }
    return parts


def _decimal(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {name: _decimal(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_decimal(inner) for inner in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
