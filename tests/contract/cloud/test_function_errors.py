"""A failed function answers as on AWS, and its process lives on."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.contract.cloud.conftest import Cloud, states

RAISES = """
import os

class TooManyFaces(Exception):
    pass

def look(event):
    raise TooManyFaces("three")

def handler(event, context):
    return os.getpid() if event else look(event)
"""


def test_class_name_message_and_stack(cloud: Cloud) -> None:
    kind, error = cloud.invoke(cloud.function(RAISES))
    assert kind == "Unhandled"
    assert (error["errorType"], error["errorMessage"]) == ("TooManyFaces", "three")
    assert "in look" in error["stackTrace"][-1]
    assert len(error["requestId"]) == 36


def test_process_outlives_an_exception(cloud: Cloud) -> None:
    name = cloud.function(RAISES)
    before = cloud.invoke(name, {"ok": 1})
    cloud.invoke(name)
    assert cloud.invoke(name, {"ok": 1}) == before != (None, os.getpid())


@pytest.mark.parametrize(
    ("code", "options", "kind"),
    [
        ("def handler(e, c):\n    raise SystemExit(3)", {}, "Runtime.ExitError"),
        ("import os\ndef handler(e, c):\n    os._exit(1)", {}, "Runtime.ExitError"),
        ("import there_is_no_such_module", {}, "Runtime.ImportModuleError"),
        ("x = 1", {}, "Runtime.HandlerNotFound"),
        ("def handler(:", {}, "Runtime.UserCodeSyntaxError"),
        ("{}['x']", {}, "KeyError"),
        ("import time\ndef handler(e, c):\n    time.sleep(60)", {"timeout": 1}, "Sandbox.Timedout"),
        ("def handler(e, c):\n    return object()", {}, "Runtime.MarshalError"),
    ],
)
def test_failures_of_the_runtime(cloud: Cloud, code: str, options: dict[str, int], kind: str) -> None:
    name = cloud.function(code, **options)
    assert cloud.invoke(name)[1]["errorType"] == kind
    assert cloud.invoke(name)[1]["errorType"] == kind, "and again at the next call"


def test_catch_and_retry_by_class_name(cloud: Cloud) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": cloud.function(RAISES), "Payload": None},
        "Retry": [{"ErrorEquals": ["TooManyFaces"], "IntervalSeconds": 0, "MaxAttempts": 2}],
        "Catch": [
            {"ErrorEquals": ["Runtime.HandlerError"], "Next": "Wrong"},
            {"ErrorEquals": ["TooManyFaces"], "Output": "{% $states.errorOutput %}", "Next": "Right"},
        ],
        "End": True,
    }
    arn = cloud.start_execution(cloud.machine(states(Look=task, Right={"Type": "Succeed"}, Wrong={"Type": "Fail"})))
    result = cloud.ended(arn)
    assert result["status"] == "SUCCEEDED", result
    assert result["output"]["Error"] == "TooManyFaces"
    assert '"errorMessage": "three"' in result["output"]["Cause"]
    assert sum(event["type"] == "TaskFailed" for event in cloud.history(arn)) == 3


def test_function_sees_no_variable_of_the_user_or_the_server(new_cloud: Callable[..., Cloud]) -> None:
    server = new_cloud("--rekognition-url=http://127.0.0.1:9", MY_SECRET="x", PYTHONPATH="/nowhere")
    code = "import os, sys\ndef handler(e, c): return [dict(os.environ), sys.path]"
    _, (environment, path) = server.invoke(server.function(code, Environment={"Variables": {"MINE": "1"}}))
    assert environment["AWS_ENDPOINT_URL"] == server.url
    assert environment["MINE"] == "1"
    assert environment["AWS_ENDPOINT_URL_REKOGNITION"] == "http://127.0.0.1:9"
    assert not {"MY_SECRET", "PYTHONPATH", "GATEWAY_PORT", "STATE_DIR"} & set(environment)
    assert "/nowhere" not in path


def test_logs_of_a_call_are_complete_and_not_waited_for(cloud: Cloud) -> None:
    name = cloud.function("def handler(e, c):\n    for n in range(200): print('line', n)")
    cloud.invoke(name)
    events = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    assert [e["message"] for e in events if e["message"].startswith("line")] == [f"line {n}" for n in range(200)]
