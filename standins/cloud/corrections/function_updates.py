"""An update leaves the calls alone that are under way: their processes end when they do."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings

_updating: ContextVar[bool] = ContextVar("updating", default=False)
_retired: set[Any] = set()  # processes of former code that still work; guarded by MiniStack's own lock


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    kill = lambda_runtime.kill_workers
    wrap(lambda_svc, "_update_code", _update)
    wrap(lambda_svc, "_update_config", _update)
    wrap(lambda_runtime, "kill_workers", _kill)

    def release(original: Callable[[Any], None], worker: Any) -> None:
        original(worker)
        with lambda_runtime._lock:
            is_over = worker in _retired
            _retired.discard(worker)
        if is_over:
            kill([worker])

    wrap(lambda_svc, "release_worker", release)


def _update(original: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    token = _updating.set(True)
    try:
        return original(*arguments, **named)
    finally:
        _updating.reset(token)


def _kill(original: Callable[[list[Any]], None], workers: list[Any]) -> None:
    """During an update, only those that do nothing."""
    if _updating.get():
        with lambda_runtime._lock:
            busy = {worker for worker in workers if worker is not None and worker.in_use}
            _retired.update(busy)
        workers = [worker for worker in workers if worker not in busy]
    original(workers)
