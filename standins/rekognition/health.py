"""The read-only pages: health for people and programs, metrics for Prometheus."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from standins.rekognition import exposition, page
from standins.rekognition.metrics import Metrics
from standins.rekognition.models import FACE_MODEL_VERSION
from standins.rekognition.service import Service
from standins.rekognition.status import Status, look
from standins.rekognition.throttling import Throttle


def pages(service: Service, metrics: Metrics, throttle: Throttle, data: Path) -> list[Route]:
    """`/` and `/health` (HTML for browsers, JSON for all others) and `/metrics`."""

    async def status() -> Status:
        return await asyncio.to_thread(look, service, metrics, throttle, data)

    async def health(request: Request) -> Response:
        wants_html = "text/html" in request.headers.get("accept", "")
        return HTMLResponse(page.page(await status()), headers=page.HEADERS) if wants_html else _json(await status())

    async def metrics_page(_: Request) -> Response:
        return Response(exposition.exposition(await status()), media_type=exposition.CONTENT_TYPE)

    return [Route("/", health), Route("/health", health), Route("/metrics", metrics_page)]


def _json(status: Status) -> Response:
    told = {
        "status": "ok",
        "face_model": FACE_MODEL_VERSION,
        "collections": len(status.collections),
        "faces": status.faces,
        "users": status.users,
        "uptime_seconds": round(status.uptime, 3),
        "memory_bytes": status.memory,
        "data_bytes": status.disk,
        "throttle_calls_per_second": dict(status.rates),
    }
    return JSONResponse(told, headers={"cache-control": "no-store", "vary": "accept"})
