"""State is on disk soon after it changed, not only after an orderly end: a killed server loses `save_every` seconds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.services import lambda_svc, stepfunctions

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

SHARE_OF_TIME = 0.1  # saving may take at most this share of the time, however much there is to save
ATTEMPTS = 20
READING_METHODS = ("GET", "HEAD", "OPTIONS")
READING_ACTIONS = ("Describe", "List", "Get", "Query", "Scan", "BatchGet")

_changed = threading.Event()
_saving = threading.Lock()
_saved: dict[str, int] = {}


def apply(settings: Settings) -> None:
    replace(app, "save_all", save_all)
    wrap(stepfunctions, "_add_event", and_note)
    wrap(lambda_svc, "_emit_lambda_logs", and_note)
    wrap(app, "_dispatch_service_request", serve_and_note)
    threading.Thread(target=save_again_and_again, args=[settings.save_every], daemon=True).start()


def and_note(original: Any, *arguments: Any, **named: Any) -> Any:
    """What goes on in the background changes something."""
    result = original(*arguments, **named)
    _changed.set()
    return result


async def serve_and_note(original: Any, method: str, path: str, headers: dict[str, str], *rest: Any) -> Any:
    """A request may have changed something, unless its name says that it reads."""
    result = await original(method, path, headers, *rest)
    action = headers.get("x-amz-target", "").split(".")[-1]
    if method not in READING_METHODS and not action.startswith(READING_ACTIONS):
        _changed.set()
    return result


def save_again_and_again(every: float) -> None:
    while True:
        _changed.wait()
        began = time.monotonic()
        _changed.clear()
        save_all(app._build_persistence_save_dict())
        took = time.monotonic() - began
        time.sleep(max(every, took / SHARE_OF_TIME))


def save_all(services: dict[str, Callable[[], Any]]) -> None:
    """Write the state of each service that differs from what was written last."""
    with _saving:
        for name, get_state in services.items():
            if (text := serialized(name, get_state)) is not None and _saved.get(name) != hash(text):
                write(Path(persistence.STATE_DIR), name, text)
                _saved[name] = hash(text)


def serialized(name: str, get_state: Callable[[], Any]) -> str | None:
    for attempt in range(ATTEMPTS):
        try:
            state = get_state()
            wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
            return None if state is None else json.dumps(wrapped, default=persistence._json_default)
        except RuntimeError:  # a dictionary grew while it was being copied
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.01)
    raise AssertionError("unreachable")


def write(folder: Path, name: str, text: str) -> None:
    """Replace a file in one step: it is never half written."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{name}.json.tmp"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / f"{name}.json")
