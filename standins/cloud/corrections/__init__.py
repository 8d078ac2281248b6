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
    Correction(
        "function_errors",
        "A failed function answers errorType = class name of the exception (or Runtime.ImportModuleError, "
        "Runtime.HandlerNotFound, Runtime.ExitError, Sandbox.Timedout) and stackTrace, and lives on.",
    ),
    Correction("function_workers", "Many calls at once are served by a bounded number of processes; none is lost."),
    Correction("function_interpreter", "A function can import its package and its layers, and nothing else."),
    Correction(
        "execution_start",
        "StartExecution with the name and input of a running execution returns that execution; "
        "input is JSON of at most 262,144 bytes.",
    ),
    Correction("jsonpath", "A JSONPath that selects nothing fails with States.Runtime."),
    Correction("topic_sms", "A topic's SMS subscribers get the message, with its `sms` text when it has one."),
)


def apply(settings: Settings) -> None:
    """Apply every correction except those that `settings.without` names."""
    for correction in CORRECTIONS:
        if correction.name not in settings.without:
            import_module(f"{__name__}.{correction.name}").apply(settings)
