"""State Reserve Alert: one alert per (case, place, quiet window)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="reserve_alert")
step = bootstrap.reserve_alert()


@logger.inject_lambda_context(correlation_id_path="detection.detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.reserve_alert` for the event's form."""
    answer = step(event)
    logger.info("reserve alert", extra={"outcome": answer["outcome"], "ask": answer["ask"]})
    return answer
