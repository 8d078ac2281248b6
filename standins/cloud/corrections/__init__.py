"""The list of corrections, in the order in which they are applied. One module each, with `apply(settings)`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from standins.cloud.settings import Settings


@dataclass(frozen=True)
class Correction:
    """A module of this package, and what AWS does that plain MiniStack does not."""

    name: str
    aws: str


CORRECTIONS = (
    # Lambda
    Correction(
        "function_errors",
        "A failed function answers errorType = class name of the exception (or Runtime.ImportModuleError, "
        "Runtime.HandlerNotFound, Runtime.ExitError, Sandbox.Timedout) and stackTrace, and lives on.",
    ),
    Correction("function_workers", "Many calls at once are served by a bounded number of processes; none is lost."),
    Correction("function_updates", "An update of a function leaves the calls alone that are under way."),
    Correction("function_interpreter", "A function can import its package and its layers, and nothing else."),
    Correction("function_layers", "Every process of a function reads the same unpacked layer: cold starts are short."),
    Correction(
        "async_calls",
        "A failed asynchronous call is retried twice, a throttled one until it runs; then the event goes to the "
        "function's dead-letter queue. EventBridge and SNS call functions in this way.",
    ),
    # Step Functions
    Correction(
        "execution_context", "An execution begins at once; $states.context.Execution has RoleArn and RedriveCount."
    ),
    Correction(
        "execution_start",
        "StartExecution with the name and input of a running execution returns that execution; "
        "input is JSON of at most 262,144 bytes.",
    ),
    Correction("execution_history", "Events have previousEventId; TaskStarted; a last event, also after a restart."),
    Correction(
        "error_names",
        "States.ALL doesn't catch States.Runtime or States.DataLimitExceeded; a throttled function is "
        "Lambda.TooManyRequestsException; a failed child execution is States.TaskFailed.",
    ),
    Correction(
        "execution_end", "TimeoutSeconds of a machine ends it as TIMED_OUT; an ended execution does nothing more."
    ),
    Correction("retry_delays", "Retry obeys MaxDelaySeconds and JitterStrategy."),
    Correction(
        "task_tokens",
        "waitForTaskToken obeys HeartbeatSeconds; a second answer is TaskTimedOut, a token of nobody InvalidToken; "
        "a failed call of the service fails the task.",
    ),
    Correction("jsonpath", "A JSONPath that selects nothing fails with States.Runtime."),
    Correction(
        "jsonata_states",
        "JSONata works in Succeed, Choice and Parallel; a branch has its own variables; "
        "the expressions of one Assign see the values from before it.",
    ),
    Correction(
        "distributed_map",
        "Distributed Map evaluates JSONata fields, batches items with BatchInput, writes results and manifest to S3.",
    ),
    Correction("sns_task", "sns:publish tasks pass MessageAttributes on and name their errors as SNS does."),
    Correction("sdk_endpoints", "aws-sdk tasks of other services are sent to AWS_ENDPOINT_URL_<SERVICE>."),
    Correction("machine_definitions", "A definition that can't run is refused; LoggingConfiguration is kept."),
    # Events and messages
    Correction("object_events", "Object events on EventBridge carry version-id when the bucket keeps versions."),
    Correction(
        "rule_targets", "An event that can't be handed to a rule's target goes to the target's dead-letter queue."
    ),
    Correction(
        "topic_dead_letters",
        "A message that can't be handed to a topic's subscriber goes to the subscription's dead-letter queue.",
    ),
    Correction("topic_sms", "A topic's SMS subscribers get the message, with its `sms` text when it has one."),
    # CloudFormation
    Correction("template_references", "A Ref, Fn::GetAtt or Fn::Sub to a name that the template lacks is refused."),
    Correction("bucket_properties", "A bucket gets its lifecycle rules, encryption, object lock and tags."),
    Correction("bucket_deletion", "A stack with a bucket that isn't empty fails to be deleted; the objects stay."),
    Correction("table_properties", "A table gets its time to live, point-in-time recovery and encryption."),
    Correction("transaction_tokens", "A transaction that is sent again with its token gets its answer."),
    Correction(
        "function_properties",
        "A function gets its reserved concurrency, dead-letter queue and key; missing code fails the stack.",
    ),
    # Everything
    Correction("secure_transport", "aws:SecureTransport is true (here: for what stays on this machine, with --auth)."),
    Correction(
        "absent_objects", "That an object isn't there is told to who may list the bucket; others get 403 (with --auth)."
    ),
    Correction("metric_namespace", "cloudwatch:namespace is the namespace that PutMetricData names (with --auth)."),
    Correction("saving", "What was acknowledged survives a kill (here: after at most the saving period)."),
)


def apply(settings: Settings) -> None:
    """Apply every correction except those that `settings.without` names."""
    for correction in CORRECTIONS:
        if correction.name not in settings.without:
            import_module(f"{__name__}.{correction.name}").apply(settings)
