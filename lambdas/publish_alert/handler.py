"""State Publish Alert: hand the lead to the subscribers."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="publish_alert")
step = bootstrap.publish_alert()


@logger.inject_lambda_context(correlation_id_path="detection.detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.publish_alert` for the event's form."""
    answer = step(event)
    logger.info("publish alert", extra={"message_id": answer["message_id"]})
    return answer
