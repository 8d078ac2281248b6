"""The wire protocol: JSON 1.1 over HTTP, the operation in X-Amz-Target, as Amazon Rekognition speaks it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from concurrent.futures import Executor
from pathlib import Path
from typing import NamedTuple

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from standins.rekognition.bodies import Bodies, RequestTimeoutError, UnavailableError
from standins.rekognition.errors import (
    InternalError,
    NotImplementedOperationError,
    RekognitionError,
    UnknownOperationError,
)
from standins.rekognition.health import pages
from standins.rekognition.metrics import OK, Metrics
from standins.rekognition.operations import OPERATIONS
from standins.rekognition.service import Service
from standins.rekognition.throttling import Throttle
from standins.rekognition.validation import parse_request, service_model

log = logging.getLogger("rekognition")

_CONTENT_TYPE = "application/x-amz-json-1.1"
_TARGET = "RekognitionService."
_DISCONNECTED = "ClientDisconnect"
_SHOWN = 100


class _Answer(NamedTuple):
    """The error's code, or OK; the HTTP status; JSON."""

    code: str
    status: int
    content: bytes


def make_app(service: Service, workers: Executor, throttle: Throttle, data: Path) -> Starlette:
    """The application. `workers` do the operations, so that the event loop is always free to accept."""
    metrics, bodies = Metrics(), Bodies()

    async def answer(request: Request, name: str, request_id: str) -> _Answer:
        try:
            throttle.take(name)
            async with bodies.receive(request) as body:
                target = request.headers.get("x-amz-target", "")
                work = (service, target, body, request_id)
                return await asyncio.get_running_loop().run_in_executor(workers, _work, *work)
        except RekognitionError as error:
            return _error(error, name, request_id)
        except asyncio.CancelledError:
            # The service ends and can't wait for the operation. The caller may try again where another one begins.
            return _error(UnavailableError("Service Unavailable"), name, request_id)
        except ClientDisconnect:
            return _Answer(_DISCONNECTED, 400, b"")

    async def operation(request: Request) -> Response:
        request_id, began = str(uuid.uuid4()), time.perf_counter()
        name = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
        code = InternalError.code
        try:
            code, status, content = await answer(request, name, request_id)
        finally:
            metrics.record(name if name in OPERATIONS else "other", code, time.perf_counter() - began)
        return _response(status, content, request_id)

    async def unexpected(request: Request, error: Exception) -> Response:
        # Starlette logs the traceback and calls this for the answer only.
        request_id = str(uuid.uuid4())
        told = InternalError(f"{type(error).__name__}; see the service's log")
        return _response(told.status, _error(told, "unexpected", request_id).content, request_id)

    return Starlette(
        routes=[Route("/", operation, methods=["POST"]), *pages(service, metrics, throttle, data)],
        exception_handlers={Exception: unexpected},
    )


def _work(service: Service, target: str, body: bytes, request_id: str) -> _Answer:
    """What a worker does. An error becomes an answer here: on its way its traceback would keep the picture alive."""
    name = target.removeprefix(_TARGET)
    try:
        if not target.startswith(_TARGET) or name not in service_model().operation_names:
            raise UnknownOperationError(
                f"There is no operation {target[:_SHOWN]!r}" if target else "The header X-Amz-Target is missing"
            )
        if name not in OPERATIONS:
            raise NotImplementedOperationError(
                f"{name} is an operation of Amazon Rekognition that this local face service does not have. It has: "
                + ", ".join(sorted(OPERATIONS))
            )
        told = OPERATIONS[name](service, parse_request(name, body))
    except RekognitionError as error:
        return _error(error, name, request_id)
    return _Answer(OK, 200, msgspec.json.encode(told))


def _error(error: RekognitionError, name: str, request_id: str) -> _Answer:
    log.info("%s: %s: %.500r", name[:_SHOWN] or "no target", error.code, error.message)
    told = {"__type": error.code, "Code": error.code, "Logref": request_id, "Message": error.message}
    return _Answer(error.code, error.status, json.dumps(told).encode())


def _response(status: int, content: bytes, request_id: str) -> Response:
    headers = {"content-type": _CONTENT_TYPE, "x-amzn-requestid": request_id}
    if status == RequestTimeoutError.status:
        headers["connection"] = "close"  # nobody waits for the rest
    return Response(content, status_code=status, headers=headers)
