"""The local face service, really started, and clients that check every answer against the public model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from tests.serving import serving


def client_of(url: str, attempts: int = 1) -> Any:
    """A client that fails on every answer that the service model doesn't describe."""
    config = Config(retries={"total_max_attempts": attempts})
    client = boto3.Session("test", "test", region_name="us-east-1").client(
        "rekognition", endpoint_url=url, config=config
    )
    client.meta.events.register("after-call.rekognition", _check_shape)
    return client


def _check_shape(http_response: Any, model: OperationModel, **_: Any) -> None:
    if http_response.status_code == 200:
        assert model.output_shape is not None
        # AWS sends empty lists even where the model asks for one member or more.
        answer = {name: value for name, value in json.loads(http_response.content).items() if value != []}
        report = ParamValidator().validate(answer, model.output_shape)
        assert not report.has_errors(), report.generate_report()


@pytest.fixture(scope="session")
def service_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A face service of this test session's own."""
    folder = tmp_path_factory.mktemp("rekognition")
    with serving("standins.rekognition", "--data", str(folder / "data"), log=folder / "log") as url:
        yield url
