"""An S3 that is not told, or that doesn't answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.face_service import client_of
from tests.serving import free_port, serving

OBJECT = {"S3Object": {"Bucket": "any-bucket", "Name": "x.jpg"}}


def test_without_an_endpoint_no_object_is_read(client: Any) -> None:
    with pytest.raises(client.exceptions.InvalidS3ObjectException, match="AWS_ENDPOINT_URL"):
        client.detect_faces(Image=OBJECT)


def test_an_s3_that_is_away(tmp_path: Path) -> None:
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    arguments = ("--data", str(tmp_path / "data"))
    with serving("standins.rekognition", *arguments, log=tmp_path / "log", environment=environment) as url:
        client = client_of(url)
        with pytest.raises(client.exceptions.InternalServerError, match="can't be reached"):
            client.detect_faces(Image=OBJECT)
