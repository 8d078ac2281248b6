"""Receipts of the alert topic: which alerts went out."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="confirm_alert")
step = bootstrap.confirm_alert()


@logger.inject_lambda_context(correlation_id_path="Records[0].Sns.MessageId")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.confirm_alert` for the event's form."""
    answer = step(event)
    logger.info("confirm alert", extra={"receipts": answer["receipts"]})
    return answer
