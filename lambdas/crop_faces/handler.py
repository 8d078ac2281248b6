"""State Crop Faces: a crop of each face of a frame."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="crop_faces")
step = bootstrap.crop_faces()


@logger.inject_lambda_context(correlation_id_path="frame.frame_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.crop_faces` for the event's form."""
    answer = step(event)
    logger.info("crop faces", extra={"outcome": answer["outcome"], "faces": answer["faces"]})
    return answer
