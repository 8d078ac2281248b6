"""From a listening socket and a folder to a service that answers."""

from __future__ import annotations

import logging
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvicorn

from standins.rekognition.connections import KEPT_SECONDS, Connection
from standins.rekognition.faces import FaceReader
from standins.rekognition.models import FACE_MODEL_VERSION, find_models
from standins.rekognition.operations import OPERATIONS
from standins.rekognition.s3 import PictureBucket
from standins.rekognition.server import make_app
from standins.rekognition.service import Service
from standins.rekognition.store import Store
from standins.rekognition.system import allow_many_connections, give_memory_back
from standins.rekognition.throttling import Throttle, parse_rates
from standins.rekognition.users import Users

log = logging.getLogger("rekognition")

# Each worker holds a picture or two. More workers than cores could do nothing faster but fill the memory.
_LEAST_WORKERS, _MOST_WORKERS = 2, 8
_END_SECONDS, _LAST_SECONDS = 5, 1


def serve(listening: socket.socket, data: Path, models: Path | None, throttle: str | None = None) -> None:
    """Answer requests until SIGINT or SIGTERM. `throttle` is as `parse_rates` reads it. Raises StartError."""
    rates = {} if throttle is None else parse_rates(throttle, OPERATIONS)
    files = find_models(models)
    allow_many_connections()
    give_memory_back()
    store = Store(data, FACE_MODEL_VERSION)
    count = min(max(_LEAST_WORKERS, len(os.sched_getaffinity(0))), _MOST_WORKERS)
    workers = ThreadPoolExecutor(count, thread_name_prefix="operation")
    try:
        bucket = PictureBucket()
        log.info("pictures in S3 are read at %s", bucket.endpoint or "no endpoint: AWS_ENDPOINT_URL is not set")
        service = Service(store, Users(store.database), FaceReader(files), bucket)
        config = uvicorn.Config(
            make_app(service, workers, Throttle(rates), data),
            http=Connection,
            ws="none",
            timeout_keep_alive=KEPT_SECONDS,
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_END_SECONDS,
        )
        _Server(config).run(sockets=[listening])
    finally:
        ending = threading.Thread(target=workers.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        ending.start()
        ending.join(_LAST_SECONDS)
        store.close()
        if ending.is_alive():
            # A worker still waits, for S3 most likely, and nobody wants its answer any more.
            logging.shutdown()
            os._exit(0)


class _Server(uvicorn.Server):
    """Says on stdout when it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening in sockets or []:
            host, port = listening.getsockname()
            print(f"ready http://{host}:{port}", flush=True)
