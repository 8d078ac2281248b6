"""State Search Faces: compare the picture's largest face with the collection."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="search_faces")
step = bootstrap.search_faces()


@logger.inject_lambda_context(correlation_id_path="detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.search_faces` for the event's form."""
    answer = step(event)
    logger.info("search faces", extra={"outcome": answer["outcome"]})
    return answer
