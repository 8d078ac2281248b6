"""A really started local cloud, and what the tests need to talk to it."""

from __future__ import annotations

import io
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[3]
ROLE = "arn:aws:iam::111122223333:role/any"
T = TypeVar("T")
WITHOUT = tuple(f"--without={name}" for name in os.environ.get("CLOUD_WITHOUT", "").split(",") if name)
_numbers = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unique(word: str) -> str:
    return f"{word}-{next(_numbers)}"


def zip_of(**files: str) -> bytes:
    """A zip whose files are named `name.py` for each keyword."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name if "." in name or "/" in name else f"{name}.py", text)
    return buffer.getvalue()


def wait_for(probe: Callable[[], T], within: float = 10.0) -> T:
    """The first true value of `probe`, asked again and again."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if value := probe():
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {within} s")


@dataclass
class Cloud:
    """One server process."""

    data: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    clients: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def command(self) -> list[str]:
        return [sys.executable, "-m", "standins.cloud", f"--port={self.port}", f"--data={self.data}", *self.options]

    def start(self) -> Cloud:
        self.process = subprocess.Popen(
            self.command(), cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **self.environment}
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"ready {self.url}\n"
        return self

    def end(self, with_signal: int = signal.SIGTERM) -> int:
        """Signal the server, wait for its end, return its exit code."""
        assert self.process is not None
        self.process.send_signal(with_signal)
        try:
            return self.process.wait(15)
        finally:
            self.process.kill()
            self.process.wait()

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                endpoint_url=self.url,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    inject_host_prefix=False,
                    max_pool_connections=64,
                    read_timeout=60,
                ),
            )
        return self.clients[service]

    def function(self, code: str, timeout: int = 10, **options: Any) -> str:
        """A new function with this module, whose handler is `handler`; its name."""
        name = unique("function")
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=ROLE,
            Handler=options.pop("Handler", "index.handler"),
            Timeout=timeout,
            Code={"ZipFile": zip_of(index=code)},
            **options,
        )
        return name

    def invoke(self, name: str, event: Any = None) -> tuple[str | None, Any]:
        """(FunctionError, payload)"""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def machine(self, definition: dict[str, Any], jsonata: bool = True, **options: Any) -> str:
        if jsonata:
            definition = {"QueryLanguage": "JSONata", **definition}
        answer = self.client("stepfunctions").create_state_machine(
            name=unique("machine"), definition=json.dumps(definition), roleArn=ROLE, **options
        )
        return str(answer["stateMachineArn"])

    def start_execution(self, machine: str, data: Any = None, **options: Any) -> str:
        answer = self.client("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps({} if data is None else data), **options
        )
        return str(answer["executionArn"])

    def ended(self, execution: str, within: float = 15.0) -> dict[str, Any]:
        """DescribeExecution of an execution that isn't RUNNING any more, with the output parsed."""

        def probe() -> dict[str, Any] | None:
            answer: dict[str, Any] = self.client("stepfunctions").describe_execution(executionArn=execution)
            return None if answer["status"] == "RUNNING" else answer

        answer = wait_for(probe, within)
        return {**answer, "output": json.loads(answer["output"]) if answer.get("output") else None}

    def run(self, definition: dict[str, Any], data: Any = None, jsonata: bool = True) -> dict[str, Any]:
        return self.ended(self.start_execution(self.machine(definition, jsonata), data))

    def history(self, execution: str) -> list[dict[str, Any]]:
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        return [event for page in pages.paginate(executionArn=execution) for event in page["events"]]

    def bucket(self, *, events: bool = False) -> str:
        """A new bucket; with `events` it has versions and tells EventBridge."""
        name = unique("bucket")
        s3 = self.client("s3")
        s3.create_bucket(Bucket=name)
        if events:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
            s3.put_bucket_notification_configuration(
                Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
            )
        return name

    def queue(self) -> tuple[str, str]:
        """(url, arn) of a new queue."""
        url = self.client("sqs").create_queue(QueueName=unique("queue"))["QueueUrl"]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, answer["Attributes"]["QueueArn"]

    def message(self, queue_url: str, within: float = 10.0) -> dict[str, Any]:
        """The next message of a queue, with its attributes as {name: text}."""

        def probe() -> list[dict[str, Any]]:
            answer = self.client("sqs").receive_message(QueueUrl=queue_url, MessageAttributeNames=["All"])
            messages: list[dict[str, Any]] = answer.get("Messages", [])
            return messages

        (message,) = wait_for(probe, within)
        attributes = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
        return {"body": json.loads(message["Body"]), "attributes": attributes}

    def rule(self, bucket: str, **target: Any) -> None:
        """A rule that hands new objects of the bucket to a target."""
        name = unique("rule")
        pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [bucket]}}}
        self.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
        self.client("events").put_targets(Rule=name, Targets=[{"Id": "it", **target}])

    def function_arn(self, name: str) -> str:
        return f"arn:aws:lambda:us-east-1:111122223333:function:{name}"

    def deploy(self, template: dict[str, Any], name: str | None = None) -> dict[str, Any]:
        """Create a stack, or update the one named; DescribeStacks of it when that is done."""
        cloudformation = self.client("cloudformation")
        operation = cloudformation.update_stack if name else cloudformation.create_stack
        name = name or unique("stack")
        operation(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        return self.stack(name)

    def stack(self, name: str) -> dict[str, Any]:
        """DescribeStacks of a stack on which nothing is in progress."""

        def probe() -> dict[str, Any] | None:
            (stack,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

        return wait_for(probe)


def states(**each: dict[str, Any]) -> dict[str, Any]:
    """A definition whose first state is the first keyword."""
    return {"StartAt": next(iter(each)), "States": each}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The corrected cloud that most tests share; CLOUD_WITHOUT=NAME[,NAME] leaves corrections out."""
    server = Cloud(tmp_path_factory.mktemp("cloud") / "data", options=WITHOUT)
    yield server.start()
    assert server.end() == 0


@pytest.fixture
def new_cloud(tmp_path: Path) -> Iterator[Callable[..., Cloud]]:
    """Servers of a test's own: `new_cloud(*options)` starts one; it is ended with the test."""
    servers: list[Cloud] = []

    def start(*options: str, data: Path | None = None, **environment: str) -> Cloud:
        server = Cloud(data or tmp_path / unique("data"), options=(*WITHOUT, *options), environment=environment)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        assert server.process is not None
        server.process.kill()
        server.process.wait()
