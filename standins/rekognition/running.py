"""From a listening socket and a folder to a service that answers."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

import uvicorn

from standins.rekognition.faces import FaceReader
from standins.rekognition.models import FACE_MODEL_VERSION, find_models
from standins.rekognition.s3 import PictureBucket
from standins.rekognition.server import make_app
from standins.rekognition.service import Service
from standins.rekognition.store import Store
from standins.rekognition.users import Users

log = logging.getLogger("rekognition")


def serve(listening: socket.socket, data: Path, models: Path | None) -> None:
    """Answer requests until SIGINT or SIGTERM. Raises StartError."""
    files = find_models(models)
    store = Store(data, FACE_MODEL_VERSION)
    try:
        bucket = PictureBucket()
        log.info("pictures in S3 are read at %s", bucket.endpoint or "no endpoint: AWS_ENDPOINT_URL is not set")
        app = make_app(
            Service(store, Users(store.database), FaceReader(files), bucket), workers=max(2, os.cpu_count() or 1)
        )
        config = uvicorn.Config(
            app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=5
        )
        _Server(config).run(sockets=[listening])
    finally:
        store.close()


class _Server(uvicorn.Server):
    """Says on stdout when it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or []:
            host, port = listening.getsockname()
            print(f"ready http://{host}:{port}", flush=True)
