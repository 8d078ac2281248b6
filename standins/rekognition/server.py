"""The wire protocol: JSON 1.1 over HTTP, the operation in X-Amz-Target, as Amazon Rekognition speaks it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standins.rekognition.errors import (
    InternalError,
    NotImplementedOperationError,
    RekognitionError,
    RequestTooLargeError,
    UnknownOperationError,
)
from standins.rekognition.models import FACE_MODEL_VERSION
from standins.rekognition.operations import OPERATIONS
from standins.rekognition.service import Service
from standins.rekognition.validation import parse_request, service_model

log = logging.getLogger("rekognition")

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request: above the 5 MB of a picture in base64, so that a picture too large still gets its own error."""

_CONTENT_TYPE = "application/x-amz-json-1.1"
_TARGET = "RekognitionService."


def make_app(service: Service, workers: int) -> Starlette:
    """The application. Operations run in `workers` threads, so that the event loop is always free to accept."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="operation")

    async def operation(request: Request) -> Response:
        request_id, began = str(uuid.uuid4()), time.perf_counter()
        target = request.headers.get("x-amz-target", "")
        try:
            body = await _body(request)
            content, status = await asyncio.get_running_loop().run_in_executor(pool, _run, service, target, body), 200
        except RekognitionError as error:
            content, status = _error(error, request_id), error.status
            log.info("%s: %s: %s", target[:100] or "no target", error.code, error.message[:500])
        except ClientDisconnect:
            return Response(status_code=400)
        log.debug("%s %d in %.1f ms", target, status, 1000 * (time.perf_counter() - began))
        return _response(content, status, request_id)

    async def health(_: Request) -> Response:
        collections = service.store.collections()
        faces = sum(service.store.face_count(collection) for collection in collections)
        return JSONResponse(
            {"status": "ok", "face_model": FACE_MODEL_VERSION, "collections": len(collections), "faces": faces}
        )

    async def unexpected(request: Request, error: Exception) -> Response:
        # Starlette logs the traceback and calls this for the answer only.
        request_id = str(uuid.uuid4())
        return _response(
            _error(InternalError(f"{type(error).__name__}; see the service's log"), request_id), 500, request_id
        )

    return Starlette(
        routes=[Route("/", operation, methods=["POST"]), Route("/health", health)],
        exception_handlers={Exception: unexpected},
    )


def _run(service: Service, target: str, body: bytes) -> bytes:
    name = target.removeprefix(_TARGET)
    if not target.startswith(_TARGET) or name not in service_model().operation_names:
        raise UnknownOperationError(
            f"There is no operation {target!r}" if target else "The header X-Amz-Target is missing"
        )
    if name not in OPERATIONS:
        raise NotImplementedOperationError(
            f"{name} is an operation of Amazon Rekognition that this local face service does not have. It has: "
            + ", ".join(sorted(OPERATIONS))
        )
    return json.dumps(OPERATIONS[name](service, parse_request(name, body)), separators=(",", ":")).encode()


async def _body(request: Request) -> bytes:
    """The request's body. Raises RequestTooLargeError as soon as it is known to be over MAX_BODY."""
    parts: list[bytes] = []
    size = 0
    if int(request.headers.get("content-length", 0)) > MAX_BODY:
        raise RequestTooLargeError(f"The request is larger than {MAX_BODY} bytes")
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise RequestTooLargeError(f"The request is larger than {MAX_BODY} bytes")
        parts.append(part)
    return b"".join(parts)


def _error(error: RekognitionError, request_id: str) -> bytes:
    content = {"__type": error.code, "Code": error.code, "Logref": request_id, "Message": error.message}
    return json.dumps(content).encode()


def _response(content: bytes, status: int, request_id: str) -> Response:
    headers = {"content-type": _CONTENT_TYPE, "x-amzn-requestid": request_id}
    return Response(content, status_code=status, headers=headers)
