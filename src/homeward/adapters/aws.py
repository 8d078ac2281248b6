"""Making boto3 clients, and turning their errors into ours.

The endpoint comes from the environment (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`), as boto3 reads it:
the same code speaks to AWS and to a local cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from homeward.domain.errors import HomewardError, ServiceRefusedError, ServiceUnavailableError, ThrottledError

_CONFIG = Config(
    connect_timeout=3,
    read_timeout=20,
    max_pool_connections=32,
    # Step Functions' synchronous calls put `sync-` before the host, which no endpoint URL of an emulator resolves.
    inject_host_prefix=False,
)
# Everything that a call can raise; the parser's error (an answer that broke off) is outside botocore's own tree.
AwsError = ClientError | BotoCoreError | ResponseParserError
AWS_ERRORS = (ClientError, BotoCoreError, ResponseParserError)
THROTTLED = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "LimitExceededException",
        "Throttled",
        "ThrottledException",
    }
)


@cache
def client(service: str, attempts: int = 3) -> Any:
    """Return the process's one client of a service that tries so often; clients are safe to share between threads."""
    return new_client(service, attempts)


def new_client(service: str, attempts: int = 3) -> Any:
    """A client of one's own, for who changes what it does."""
    retries = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    return boto3.client(service, config=_CONFIG.merge(retries))  # type: ignore[call-overload]


def error_code(error: ClientError) -> str:
    """AWS's name of the error, e.g. `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def translated(error: AwsError) -> HomewardError:
    """The error of ours that stands for one of AWS's."""
    if not isinstance(error, ClientError):
        return ServiceUnavailableError(f"no usable answer from AWS: {error}")
    code = error_code(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    text = f"{error.operation_name}: {code}: {error.response.get('Error', {}).get('Message', '')}"
    if code in THROTTLED or status == 429:
        return ThrottledError(text)
    if status >= 500:
        return ServiceUnavailableError(text)
    return ServiceRefusedError(text)


@contextmanager
def aws_errors() -> Iterator[None]:
    """Raise our errors for AWS's inside the block."""
    try:
        yield
    except AWS_ERRORS as error:
        raise translated(error) from error
