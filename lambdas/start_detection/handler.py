"""An object appeared in the pictures bucket: start its detection, once."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="start_detection")
step = bootstrap.start_detection()


@logger.inject_lambda_context(correlation_id_path="id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Takes EventBridge's S3 'Object Created' event; see `homeward.steps.start_detection`."""
    answer = step(event)
    logger.info("picture received", extra=answer)
    return answer
