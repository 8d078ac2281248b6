"""S3 says that an object isn't there only to those who may list its bucket; to others reading it is forbidden."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ministack.core import iam_evaluator, router
from ministack.services import s3

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    if settings.auth:
        wrap(s3, "handle_request", _handle)


async def _handle(
    original: Any,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query: dict[str, Any],
    *rest: Any,
    **more: Any,
) -> Any:
    answer = await original(method, path, headers, body, query, *rest, **more)
    bucket, key = s3._parse_bucket_key(path, headers)
    if answer[0] != HTTPStatus.NOT_FOUND or method not in ("GET", "HEAD") or not key or b"NoSuchBucket" in answer[2]:
        return answer
    who, region = router.extract_access_key_id(headers, query), router.extract_region(headers, query)
    if iam_evaluator.enforce(who, "s3:ListBucket", "s3", region, resource_arn=f"arn:aws:s3:::{bucket}") is None:
        return answer
    refused = s3._error("AccessDenied", "Access Denied", HTTPStatus.FORBIDDEN.value, f"/{bucket}/{key}")
    return (refused[0], refused[1], b"") if method == "HEAD" else refused
