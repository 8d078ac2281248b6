"""A bounded number of processes per function; more calls wait for a free one instead of starting their own."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from ministack.services import lambda_svc

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    free: defaultdict[tuple[str, str], threading.BoundedSemaphore] = defaultdict(
        lambda: threading.BoundedSemaphore(settings.workers_per_function)
    )
    table = threading.Lock()

    def wait_for_worker(original: Any, function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        config = function.get("config") or function
        with table:
            worker = free[config.get("FunctionName", ""), config.get("Version", "")]
        # A function that calls itself can wait for itself here; its own timeout ends that.
        with worker:
            return original(function, event, request_id)  # type: ignore[no-any-return]

    wrap(lambda_svc, "_execute_function_warm", wait_for_worker)
