"""State Detect Faces: where the faces of a frame are."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="detect_faces")
step = bootstrap.detect_faces()


@logger.inject_lambda_context(correlation_id_path="frame_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.detect_faces` for the event's form."""
    answer = step(event)
    logger.info("detect faces", extra={"outcome": answer["outcome"], "faces": len(answer["faces"])})
    return answer
