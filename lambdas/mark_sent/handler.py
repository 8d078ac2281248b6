"""State Mark Sent: the alert is out; the quiet window starts."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="mark_sent")
step = bootstrap.mark_sent()


@logger.inject_lambda_context(correlation_id_path="detection.detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.mark_sent` for the event's form."""
    answer = step(event)
    logger.info("mark sent", extra={"outcome": answer["outcome"]})
    return answer
