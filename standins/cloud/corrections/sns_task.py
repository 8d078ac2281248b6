"""arn:aws:states:::sns:publish passes MessageAttributes on, and names its errors as SNS does."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from ministack.services import sns, stepfunctions

from standins.cloud.settings import Settings

XML_NAMES = {"sns": "http://sns.amazonaws.com/doc/2010-03-31/"}


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::sns:publish"] = _publish


def _publish(resource: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """{"MessageId"} (and "SequenceNumber" of a FIFO topic)."""
    status, _, body = sns._publish(_query_of(arguments))
    answer = ElementTree.fromstring(body)  # noqa: S314 - MiniStack made it
    if status >= 400:
        code = answer.findtext(".//sns:Code", "Sns", XML_NAMES)
        message = answer.findtext(".//sns:Message", "", XML_NAMES)
        raise stepfunctions._ExecutionError(
            f"SNS.{code if code.endswith('Exception') else code + 'Exception'}", message
        )
    found = {name: answer.findtext(f".//sns:{name}", None, XML_NAMES) for name in ("MessageId", "SequenceNumber")}
    return {name: value for name, value in found.items() if value is not None}


def _query_of(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as SNS's query protocol has them; a Message that is an object becomes JSON."""
    query = {name: value for name, value in arguments.items() if name != "MessageAttributes"}
    if not isinstance(query.get("Message", ""), str):
        query["Message"] = json.dumps(query["Message"], separators=(",", ":"))
    for number, (name, value) in enumerate(arguments.get("MessageAttributes", {}).items(), 1):
        prefix = f"MessageAttributes.entry.{number}"
        query[f"{prefix}.Name"] = name
        query.update({f"{prefix}.Value.{part}": str(content) for part, content in value.items()})
    return query
