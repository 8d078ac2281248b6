"""aws-sdk tasks reach services that run elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.contract.cloud.conftest import Cloud, states


class Rekognition(BaseHTTPRequestHandler):
    """Answers ListCollections, and InvalidParameterException to everything else."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        known = self.headers["X-Amz-Target"] == "RekognitionService.ListCollections"
        answer = {"CollectionIds": ["missing-people-1"]} if known else {"__type": "InvalidParameterException"}
        body = json.dumps(answer).encode()
        self.send_response(200 if known else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silence."""


@pytest.fixture
def rekognition_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Rekognition)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_answer_and_error(new_cloud: Callable[..., Cloud], rekognition_url: str) -> None:
    cloud = new_cloud(f"--rekognition-url={rekognition_url}")

    def run(action: str) -> dict[str, object]:
        resource = f"arn:aws:states:::aws-sdk:rekognition:{action}"
        return cloud.run(states(Call={"Type": "Task", "Resource": resource, "Arguments": {}, "End": True}))

    assert run("listCollections")["output"] == {"CollectionIds": ["missing-people-1"]}
    assert run("listStreamProcessors")["error"] == "Rekognition.InvalidParameterException"
