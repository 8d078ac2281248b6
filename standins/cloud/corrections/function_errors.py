"""Python functions run in `function_worker.py`: real error types, a process that outlives them, no wait for logs."""

from __future__ import annotations

import json
import queue
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from standins.cloud import function_worker
from standins.cloud.function_worker import END_OF_LOGS, FAILURE
from standins.cloud.patching import wrap
from standins.cloud.settings import Settings

LOG_SECONDS = 1.0  # bound for logs that are already written but not yet read


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    script = Path(function_worker.__file__).read_text(encoding="utf-8")

    def with_our_script(original: Any, runtime: str) -> tuple[str, str]:
        binary, theirs = original(runtime)
        return binary, script if runtime.startswith("python") else theirs

    wrap(lambda_runtime, "_detect_runtime_binary", with_our_script)
    wrap(lambda_runtime.Worker, "invoke", _invoke)
    wrap(lambda_svc, "_execute_function_warm", _unpack_failure)


def _unpack_failure(original: Any, function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    result: dict[str, Any] = original(function, event, request_id)
    body = result.get("body")
    if isinstance(body, dict) and FAILURE in body:
        return {"body": body[FAILURE], "error": True, "function_error": "Unhandled", "log": result.get("log", "")}
    return result


def _invoke(original: Any, worker: Any, event: Any, request_id: str, **call: Any) -> dict[str, Any]:
    """One call on a worker process. The answer is "ok" whatever the function did: a failure is in the result."""
    if not str(worker.config.get("Runtime", "")).startswith("python"):
        return original(worker, event, request_id, **call)  # type: ignore[no-any-return]
    with worker._lock:
        cold = worker._proc is None or worker._proc.poll() is not None
        if cold:
            worker._spawn()
            worker._cold = False
        timeout = float(worker.config.get("Timeout", 3))
        context = {**call, "request_id": request_id, "timeout_ms": int(timeout * 1000)}
        answer = _exchange(worker._proc, {"event": event, "ctx": context}, timeout)
        if answer is None:
            answer = _end_process(worker, request_id, timeout)
        elif answer.pop("ends", False):
            worker._proc.wait()  # else the next call could still find it, and lose its event
        return {**answer, "cold_start": cold, "log": _read_logs(worker)}


def _exchange(process: Any, call: dict[str, Any], timeout: float) -> dict[str, Any] | None:
    """Send a call and read its answer; None if the process died or is still busy after `timeout` seconds."""
    answers: list[dict[str, Any]] = []

    def talk() -> None:
        try:
            process.stdin.write(json.dumps(call) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError):  # the pipe closed under us: the process is gone
            return
        if line:
            answers.append(json.loads(line))

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    thread.join(timeout)
    return answers[0] if answers else None


def _end_process(worker: Any, request_id: str, timeout: float) -> dict[str, Any]:
    """Get rid of a process that didn't answer; the failure that AWS reports for it."""
    process, worker._proc = worker._proc, None
    try:
        process.wait(0.2)  # one that has closed its pipe is about to exit
        kind, reason = "Runtime.ExitError", "Runtime exited without providing a reason"
    except lambda_runtime.subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        kind, reason = "Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds"
    error = {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {reason}"}
    return {"status": "ok", "result": {FAILURE: error}}


def _read_logs(worker: Any) -> str:
    """What the call printed: up to the end mark, or up to the end of a dead process's output."""
    lines: list[str] = []
    deadline = time.monotonic() + LOG_SECONDS
    while time.monotonic() < deadline:
        try:
            line = worker._stderr_queue.get(timeout=0.02)
        except queue.Empty:
            if not worker._stderr_thread.is_alive():
                break
            continue
        if line == END_OF_LOGS:
            break
        lines.append(line)
    return "\n".join(lines).rstrip("\n")
