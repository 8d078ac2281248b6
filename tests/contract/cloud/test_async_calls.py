"""Asynchronous calls: retries, throttling, dead-letter queue."""

from __future__ import annotations

import json

from tests.contract.cloud.conftest import Cloud, unique, wait_for

FAILS = (
    "def handler(event, context):\n    print('attempt', event['detail']['object']['key'])\n    raise ValueError('no')"
)


def log_lines(cloud: Cloud, name: str, word: str) -> list[str]:
    logs = cloud.client("logs")
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in events if event["message"].startswith(word)]


def test_function_behind_a_rule_is_retried_and_its_queue_gets_the_event(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    name = cloud.function(FAILS, DeadLetterConfig={"TargetArn": arn})
    bucket = cloud.bucket(events=True)
    cloud.rule(bucket, Arn=cloud.function_arn(name))
    cloud.client("s3").put_object(Bucket=bucket, Key="crop.jpg", Body=b"x")
    message = cloud.message(url)
    assert message["body"]["detail"]["object"]["key"] == "crop.jpg"
    assert message["attributes"]["ErrorMessage"] == "no"
    assert log_lines(cloud, name, "attempt") == ["attempt crop.jpg"] * 3


def test_throttled_calls_are_not_lost(cloud: Cloud) -> None:
    name = cloud.function("import time\ndef handler(e, c):\n    time.sleep(0.05)\n    print('did', e)")
    cloud.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    for number in range(12):
        cloud.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(number))
    wait_for(lambda: len(log_lines(cloud, name, "did")) == 12)


def test_topic_subscriber_function_is_called(cloud: Cloud) -> None:
    name = cloud.function("def handler(e, c): print('got', e['Records'][0]['Sns']['Message'])")
    topic = cloud.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=cloud.function_arn(name))
    cloud.client("sns").publish(TopicArn=topic, Message="hello")
    wait_for(lambda: log_lines(cloud, name, "got") == ["got hello"])


def test_topic_subscriber_function_is_retried_and_its_queue_gets_the_event(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    code = "def handler(e, c):\n    print('attempt', e['Records'][0]['Sns']['Message'])\n    raise ValueError('no')"
    name = cloud.function(code, DeadLetterConfig={"TargetArn": arn})
    topic = cloud.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=cloud.function_arn(name))
    wanted = cloud.client("sns").publish(TopicArn=topic, Message="hello")["MessageId"]
    assert cloud.message(url)["body"]["Records"][0]["Sns"]["MessageId"] == wanted
    assert log_lines(cloud, name, "attempt") == ["attempt hello"] * 3


def test_destination_of_failures_gets_the_event_in_an_envelope(cloud: Cloud) -> None:
    url, arn = cloud.queue()
    name = cloud.function("def handler(e, c): raise ValueError('no')")
    cloud.client("lambda").put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    cloud.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"number": 7}))
    body = cloud.message(url)["body"]
    assert body["requestPayload"] == {"number": 7}
    assert body["requestContext"]["condition"] == "RetriesExhausted"
    assert body["responsePayload"]["errorType"] == "ValueError"
