"""State Record Failure: audit, queue and report an unexpected error."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="record_failure")
step = bootstrap.record_failure()


@logger.inject_lambda_context(correlation_id_path="detection.detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.record_failure` for the event's form."""
    answer = step(event)
    logger.info("record failure", extra={"outcome": answer["outcome"]})
    return answer
