"""aws-sdk:* tasks of services that MiniStack lacks go to AWS_ENDPOINT_URL_<SERVICE>."""

from __future__ import annotations

import base64
import datetime
import os
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from ministack.services import stepfunctions

from standins.cloud.patching import wrap
from standins.cloud.settings import REGION, Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(stepfunctions, "_invoke_aws_sdk_integration", _invoke)


def _invoke(original: Any, resource: str, arguments: Any) -> Any:
    service, action = resource.split(":")[6:8]
    url = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}")
    if service in stepfunctions._AWS_SDK_SERVICE_MAP or not url:
        return original(resource, arguments)
    prefix = service.capitalize()
    try:
        call = getattr(_client(service, url), botocore.xform_name(action))
        return _plain({key: value for key, value in call(**(arguments or {})).items() if key != "ResponseMetadata"})
    except ClientError as error:
        code = error.response["Error"]["Code"]
        code = code if code.endswith(("Exception", "Error", "Fault")) else f"{code}Exception"
        raise stepfunctions._ExecutionError(f"{prefix}.{code}", str(error)) from error
    except BotoCoreError as error:
        raise stepfunctions._ExecutionError(f"{prefix}.SdkClientException", str(error)) from error


@cache
def _client(service: str, url: str) -> Any:
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - no secret: every caller of the local cloud is "test"
        config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, parameter_validation=False),
    )


def _plain(value: Any) -> Any:
    """A botocore answer as JSON has it."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
