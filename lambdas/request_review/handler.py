"""State Request Review: ask a person and keep the task token."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="request_review")
step = bootstrap.request_review()


@logger.inject_lambda_context(correlation_id_path="detection.detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.request_review` for the event's form."""
    answer = step(event)
    logger.info("request review")
    return answer
