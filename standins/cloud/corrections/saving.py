"""State is on disk soon after it changed, not only after an orderly end: a killed server loses `save_every` seconds."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.services import lambda_svc, stepfunctions
from ministack.services.cloudformation import stacks

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

SHARE_OF_TIME = 0.1  # saving may take at most this share of the time, however much there is to save
ATTEMPTS = 20
READING_METHODS = ("GET", "HEAD", "OPTIONS")
READING_ACTIONS = ("Describe", "List", "Get", "Query", "Scan", "BatchGet")
# A layer of many megabytes isn't written again because a function was called, nor are all logs at every line.
CODE = "lambda"
LOGS = "cloudwatch_logs"
LOGS_EVERY_SECONDS = 10.0

_loaded = threading.Event()
_changed = threading.Event()
_code_changed = threading.Event()
_saving = threading.Lock()
_saved: dict[str, int] = {}
_code_in_use: list[set[str]] = []
_prune_code = lambda_svc._prune_orphan_code_blobs


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    replace(lambda_svc, "_prune_orphan_code_blobs", _code_in_use.append)
    replace(app, "save_all", _save_all)
    wrap(app, "load_state", _load)
    wrap(app, "_load_persisted_state", _load_all)
    wrap(stepfunctions, "_add_event", _and_note)
    wrap(lambda_svc, "_emit_lambda_logs", _and_note)
    wrap(stacks, "_add_event", _and_note_code)
    wrap(app, "_dispatch_service_request", _serve_and_note)
    threading.Thread(target=_save_again_and_again, args=[settings.save_every], daemon=True).start()


def _load_all(original: Any) -> None:
    original()
    _loaded.set()


def _load(original: Any, service: str) -> Any:
    """MiniStack would go on without a state that it can't read, and the next save would overwrite it."""
    state = original(service)
    file = Path(persistence.STATE_DIR) / f"{service}.json"
    if state is None and file.exists():
        print(f"standins.cloud: {file} is damaged: restore it, or delete it to start without it", file=sys.stderr)
        sys.stderr.flush()
        os._exit(2)
    return state


def _and_note(original: Any, *arguments: Any, **named: Any) -> Any:
    """What goes on in the background changes something."""
    result = original(*arguments, **named)
    _changed.set()
    return result


def _and_note_code(original: Any, *arguments: Any, **named: Any) -> Any:
    """A stack that is being deployed may change functions."""
    _code_changed.set()
    return _and_note(original, *arguments, **named)


async def _serve_and_note(original: Any, method: str, path: str, headers: dict[str, str], *rest: Any) -> Any:
    """A request may have changed something, unless its name says that it reads."""
    result = await original(method, path, headers, *rest)
    action = headers.get("x-amz-target", "").split(".")[-1]
    if method not in READING_METHODS and not action.startswith(READING_ACTIONS):
        if path.startswith("/20") and not path.endswith("/invocations"):  # Lambda's paths begin with a date
            _code_changed.set()
        _changed.set()
    return result


def _save_again_and_again(every: float) -> None:
    """Save `every` seconds after something changed; later if there is so much that this would take too long."""
    _loaded.wait()
    logs_due = 0.0
    pause = every
    while True:
        _changed.wait()
        time.sleep(pause)
        began = time.monotonic()
        _changed.clear()
        services = dict(app._build_persistence_save_dict())
        if _code_changed.is_set():
            _code_changed.clear()
        else:
            services.pop(CODE, None)
        if began < logs_due:
            services.pop(LOGS, None)
        else:
            logs_due = began + LOGS_EVERY_SECONDS
        try:
            _save_all(services)
        except OSError as error:
            print(f"standins.cloud: changes can't be saved, trying again: {error}", file=sys.stderr)
            _changed.set()
            _code_changed.set()
        pause = max(every, (time.monotonic() - began) / SHARE_OF_TIME)


def _save_all(services: dict[str, Callable[[], Any]]) -> None:
    """Write the state of each service that differs from what was written last."""
    with _saving:
        for name, get_state in services.items():
            if (text := _serialized(name, get_state)) is not None and _saved.get(name) != hash(text):
                _write(Path(persistence.STATE_DIR), name, text)
                _saved[name] = hash(text)
        if _code_in_use:  # only now no saved state refers to the others any more
            _prune_code(_code_in_use[-1])
            _code_in_use.clear()


def _serialized(name: str, get_state: Callable[[], Any]) -> str | None:
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


def _write(folder: Path, name: str, text: str) -> None:
    """Replace a file in one step: it is never half written."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{name}.json.tmp"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / f"{name}.json")
