"""The wire protocol: JSON 1.1 over HTTP, the operation in X-Amz-Target, as Amazon Rekognition speaks it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from concurrent.futures import Executor
from pathlib import Path

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


def make_app(service: Service, workers: Executor, throttle: Throttle, data: Path) -> Starlette:
    """The application. `workers` do the operations, so that the event loop is always free to accept."""
    metrics, bodies = Metrics(), Bodies()

    async def operation(request: Request) -> Response:
        request_id, began = str(uuid.uuid4()), time.perf_counter()
        target = request.headers.get("x-amz-target", "")
        name, code = target.removeprefix(_TARGET), InternalError.code
        try:
            throttle.take(name)
            async with bodies.receive(request) as body:
                work = asyncio.get_running_loop().run_in_executor(workers, _run, service, target, body)
                response = _response(await work, 200, request_id)
            code = OK
        except RekognitionError as error:
            response, code = _error(error, request_id), error.code
            log.info("%s: %s: %.500r", target[:_SHOWN] or "no target", error.code, error.message)
        except asyncio.CancelledError:
            # The service ends and can't wait for the operation. The caller may try again where another one begins.
            response, code = _error(UnavailableError("Service Unavailable"), request_id), UnavailableError.code
        except ClientDisconnect:
            response, code = Response(status_code=400), _DISCONNECTED
        finally:
            seconds = time.perf_counter() - began
            metrics.record(name if name in OPERATIONS else "other", code, seconds)
        log.debug("%s %s in %.1f ms", target[:_SHOWN], code, 1000 * seconds)
        return response

    async def unexpected(request: Request, error: Exception) -> Response:
        # Starlette logs the traceback and calls this for the answer only.
        return _error(InternalError(f"{type(error).__name__}; see the service's log"), str(uuid.uuid4()))

    return Starlette(
        routes=[Route("/", operation, methods=["POST"]), *pages(service, metrics, throttle, data)],
        exception_handlers={Exception: unexpected},
    )


def _run(service: Service, target: str, body: bytes) -> bytes:
    name = target.removeprefix(_TARGET)
    if not target.startswith(_TARGET) or name not in service_model().operation_names:
        raise UnknownOperationError(
            f"There is no operation {target[:_SHOWN]!r}" if target else "The header X-Amz-Target is missing"
        )
    if name not in OPERATIONS:
        raise NotImplementedOperationError(
            f"{name} is an operation of Amazon Rekognition that this local face service does not have. It has: "
            + ", ".join(sorted(OPERATIONS))
        )
    return json.dumps(OPERATIONS[name](service, parse_request(name, body)), separators=(",", ":")).encode()


def _error(error: RekognitionError, request_id: str) -> Response:
    content = {"__type": error.code, "Code": error.code, "Logref": request_id, "Message": error.message}
    response = _response(json.dumps(content).encode(), error.status, request_id)
    if isinstance(error, RequestTimeoutError):
        response.headers["connection"] = "close"  # nobody waits for the rest
    return response


def _response(content: bytes, status: int, request_id: str) -> Response:
    headers = {"content-type": _CONTENT_TYPE, "x-amzn-requestid": request_id}
    return Response(content, status_code=status, headers=headers)
