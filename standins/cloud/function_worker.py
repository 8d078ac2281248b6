"""The process in which a Python function lives. Runs in the functions' interpreter: the standard library only.

MiniStack starts it, sends one JSON line with the function's description, then one JSON line per call
({"event": ..., "ctx": {...}}), and reads one JSON line per answer from stdout. What the function prints goes to stderr;
END_OF_LOGS there says that everything a call printed has been sent. A failed call is answered with
{"status": "ok", "result": {FAILURE: {errorType, errorMessage, requestId, stackTrace}}}: the process can go on.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import site
import sys
import threading
import time
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TextIO

END_OF_LOGS = "\x1eEND\x1e"
FAILURE = "\x1efailure"
LOADING_SECONDS = 10.0
INHERITED = ("PATH", "LANG", "TZ", "TMPDIR")
INHERITED_PREFIXES = ("AWS_", "_LAMBDA_", "LAMBDA_")


class InitializationError(Exception):
    """The function's module could not be loaded; `kind` is the errorType that AWS gives."""

    def __init__(self, kind: str, message: str, stack: list[str]) -> None:
        super().__init__(message)
        self.kind, self.stack = kind, stack


class Context:
    """The second argument of a handler."""

    identity = None
    client_context = None

    def __init__(self, description: dict[str, Any], call: dict[str, Any]) -> None:
        self.function_name = description["function_name"]
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = description.get("memory", 128)
        self.invoked_function_arn = call.get("invoked_function_arn") or description.get("arn", "")
        self.aws_request_id = call.get("request_id", "")
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self._deadline = time.monotonic() + call.get("timeout_ms", 3000) / 1000

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class ReadyAfterLoading:
    """Says that the process is ready when loading has ended, or has used up the time that AWS gives it for itself.

    The function's own timeout counts from then on.
    """

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._said = False
        self._timer = threading.Timer(LOADING_SECONDS, self._say)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        self._say()

    def _say(self) -> None:
        with self._lock:
            if not self._said:
                self._answers.write(json.dumps({"status": "ready", "cold": True}) + "\n")
                self._answers.flush()
            self._said = True


def main() -> None:
    """Load the function, then serve calls until MiniStack closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for MiniStack, which ends its processes itself
    answers = take_stdout()
    description = json.loads(sys.stdin.readline())
    set_environment(description)
    set_import_path(description["code_dir"])
    add_log_handler()
    calls = read_calls()
    handler: Callable[[Any, Context], Any] | None = None
    failure = InitializationError("Runtime.Unknown", "", [])
    with ReadyAfterLoading(answers):
        try:
            handler = load_handler(description["module"], description["handler"])
        except InitializationError as error:
            failure = error
    while True:
        call = calls.get()
        set_trace(call["ctx"].get("trace_id"))
        request_id = call["ctx"].get("request_id", "")
        if handler is None:
            finish(answers, failed(failure.kind, str(failure), request_id, failure.stack, ends=True))
            os._exit(1)  # AWS starts a function that failed to load afresh at the next call
        finish(answers, run(handler, call["event"], Context(description, call["ctx"])))


def take_stdout() -> TextIO:
    """Keep the pipe to MiniStack for answers; whatever the function or its children print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers


def set_environment(description: dict[str, Any]) -> None:
    """What AWS gives a function, and the function's own variables; nothing of the server's."""
    for name in list(os.environ):
        if name not in INHERITED and not name.startswith(INHERITED_PREFIXES):
            del os.environ[name]
    name = description["function_name"]
    os.environ.setdefault("AWS_LAMBDA_LOG_GROUP_NAME", f"/aws/lambda/{name}")
    os.environ["AWS_EXECUTION_ENV"] = f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}"
    os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand"
    os.environ["_HANDLER"] = f"{description['module']}.{description['handler']}"
    os.environ["HOME"] = os.environ["TMPDIR"]
    os.environ.update(description.get("env", {}))


def set_import_path(code_dir: str) -> None:
    """As AWS: the package first, then /opt/python of each layer and its site-packages."""
    if sys.path and os.path.dirname(os.path.abspath(__file__)) == os.path.abspath(sys.path[0]):
        del sys.path[0]
    layers = [folder for folder in os.environ.pop("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep) if folder]
    sys.path[:0] = [code_dir, *(os.path.join(layer, "python") for layer in layers)]
    for layer in layers:
        library = os.path.join(layer, "python", "lib")
        for version in os.listdir(library) if os.path.isdir(library) else []:
            site.addsitedir(os.path.join(library, version, "site-packages"))


def add_log_handler() -> None:
    """AWS gives the root logger a handler; without one, `logging.info` would print nothing."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("[%(levelname)s]\t%(asctime)s\t%(message)s"))
    logging.getLogger().addHandler(handler)


def read_calls() -> SimpleQueue[dict[str, Any]]:
    """Calls as they come in; the process ends at once when MiniStack is gone, even in the middle of a call."""
    calls: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            calls.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return calls


def load_handler(module_name: str, handler_name: str) -> Callable[[Any, Context], Any]:
    """The function's handler; InitializationError with AWS's errorType if there is none."""
    try:
        module = importlib.import_module(module_name)
    except SyntaxError as error:
        raise InitializationError(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", frames(error)
        ) from error
    except ImportError as error:
        raise InitializationError(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", []
        ) from error
    except SystemExit as error:
        raise InitializationError("Runtime.ExitError", "Runtime exited without providing a reason", []) from error
    except BaseException as error:  # whatever the module raises is the function's failure, not this process's
        raise InitializationError(type(error).__name__, str(error), frames(error)) from error
    if not hasattr(module, handler_name):
        raise InitializationError(
            "Runtime.HandlerNotFound", f"Handler '{handler_name}' missing on module '{module_name}'", []
        )
    return getattr(module, handler_name)  # type: ignore[no-any-return]


def set_trace(trace_id: str | None) -> None:
    """The trace of the call, for SDKs."""
    if trace_id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


def run(handler: Callable[[Any, Context], Any], event: Any, context: Context) -> str:
    """The answer, as JSON. SystemExit ends the process: MiniStack sees that it died, as AWS does."""
    try:
        result = handler(event, context)
    except SystemExit:
        sys.stderr.flush()
        os._exit(1)
    except BaseException as error:  # noqa: BLE001 - every exception of the function becomes its answer
        return failed(type(error).__name__, str(error), context.aws_request_id, frames(error))
    try:
        return json.dumps({"status": "ok", "result": result})
    except (TypeError, ValueError) as error:
        return failed("Runtime.MarshalError", f"Unable to marshal response: {error}", context.aws_request_id, [])


def frames(error: BaseException) -> list[str]:
    """The lines of the traceback that lie in the function, as AWS formats them."""
    here = os.path.abspath(__file__)
    return [
        f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n    {frame.line}\n'
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.abspath(frame.filename) != here and "importlib" not in frame.filename
    ]


def failed(kind: str, message: str, request_id: str, stack: list[str], ends: bool = False) -> str:
    """Log a failure as AWS does, and the answer for it; `ends` says that the process takes no further call."""
    print(f"[ERROR] {kind}: {message}\n" + ("Traceback (most recent call last):\n" + "".join(stack) if stack else ""))
    error = {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": stack}
    return json.dumps({"status": "ok", "result": {FAILURE: error}, "ends": ends})


def finish(answers: TextIO, text: str) -> None:
    """End the call's logs and send its answer."""
    sys.stderr.write(f"\n{END_OF_LOGS}\n")
    sys.stderr.flush()
    answers.write(text + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
