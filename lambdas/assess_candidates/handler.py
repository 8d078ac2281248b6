"""State Assess Candidates: bias and threshold checks against the approved policy."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from homeward import bootstrap

logger = Logger(service="assess_candidates")
step = bootstrap.assess_candidates()


@logger.inject_lambda_context(correlation_id_path="detection.detection_id")
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """See `homeward.steps.assess_candidates` for the event's form."""
    answer = step(event)
    logger.info("assess candidates", extra={"verdict": answer["verdict"]})
    return answer
