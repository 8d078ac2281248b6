"""State Release Alert: give the claim on an alert back."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="release_alert")
step = bootstrap.release_alert()


@logger.inject_lambda_context(correlation_id_path="detection.detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.release_alert` for the event's form."""
    answer = step(event)
    logger.info("release alert", extra={"outcome": answer["outcome"]})
    return answer
