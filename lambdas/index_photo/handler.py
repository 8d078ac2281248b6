"""State Index Photo: one line of the manifest becomes a face in the collection, or a refusal with its reason."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="index_photo")
step = bootstrap.index_photo()


@logger.inject_lambda_context(correlation_id_path="photo")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.index_photo` for the event's form."""
    answer = step(event)
    logger.info("index photo", extra={"status": answer["status"], "reason": answer["reason"]})
    return answer
