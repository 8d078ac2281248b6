"""The machines, each broken in one way that Amazon States Language forbids: what a validator is measured by.

The rules are those of https://states-language.net/spec.html and of AWS's Developer Guide on the language:
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MACHINES = {
    name: Path(__file__).resolve().parents[2] / "statemachines" / name / f"{name}.asl.json"
    for name in ("detection", "frame", "index_photos")
}
GONE = object()
SEARCH, ROUTE, REVIEW = ("States", "Search Faces"), ("States", "Route Search"), ("States", "Request Review")
LIMIT, CHOICE = (*REVIEW, "TimeoutSeconds"), (*ROUTE, "Choices", 0)
RETRY, CATCH, CONDITION = (*SEARCH, "Retry", 0), (*SEARCH, "Catch", 0), (*CHOICE, "Condition")
MAP = ("States", "Index Photos")
READER, INNER = (*MAP, "ItemReader"), (*MAP, "ItemProcessor")
CONFIG, PHOTO = (*INNER, "ProcessorConfig"), (*INNER, "States", "Index Photo")


@dataclass(frozen=True)
class Broken:
    """One way to break a machine: each place gets another value, or is `GONE`.

    `found_by` has the letters of the judges (`validators.JUDGES`) that are known to notice.
    """

    found_by: str
    name: str
    machine: str
    edits: tuple[tuple[tuple[str | int, ...], Any], ...]

    def definition(self) -> dict[str, Any]:
        """The machine, broken."""
        made = copy.deepcopy(whole(self.machine))
        for path, value in self.edits:
            _edit(made, path, value)
        return made


def whole(machine: str) -> dict[str, Any]:
    """A machine as it is shipped."""
    return dict(json.loads(MACHINES[machine].read_text()))


def _edit(made: Any, path: tuple[str | int, ...], value: Any) -> None:
    *way, last = path
    for step in way:
        made = made[step]
    if value is GONE:
        del made[last]
    else:
        made[last] = value


def _broken(found_by: str, name: str, machine: str, *edits: Any) -> Broken:
    """`edits`: path, value, path, value ..."""
    return Broken(found_by, name, machine, tuple(zip(edits[::2], edits[1::2], strict=True)))


ALL = (
    # The machine as a whole
    _broken("GSL", "no StartAt", "detection", ("StartAt",), GONE),
    _broken("SL", "StartAt names no state", "detection", ("StartAt",), "Search"),
    _broken("GSL", "no States", "frame", ("States",), GONE),
    _broken("GSL", "no state at all", "frame", ("States",), {}),
    _broken("GSL", "misspelt field of the machine", "frame", ("TimeOutSeconds",), 60),
    _broken("GL", "unknown query language", "frame", ("QueryLanguage",), "JSONAta"),
    _broken("GSL", "TimeoutSeconds of the machine is negative", "frame", ("TimeoutSeconds",), -1),
    _broken("S", "a name longer than 80 letters", "frame", ("States", "x" * 81), {"Type": "Pass", "Next": "Cropped"},
            ("States", "Route Crops", "Default"), "x" * 81),
    _broken("L", "a name twice, outside and inside a Map", "index_photos", (*INNER, "States", "Indexed"),
            {"Type": "Succeed"}, (*PHOTO, "Next"), "Indexed",
            (*PHOTO, "End"), GONE),
    # Transitions
    _broken("L", "Next names no state", "detection", (*SEARCH, "Next"), "Route the Search"),
    _broken("L", "Default names no state", "detection", (*ROUTE, "Default"), "Unusable"),
    _broken("L", "Next of a choice names no state", "detection", (*CHOICE, "Next"), "Nobody"),
    _broken("L", "Next of a Catch names no state", "detection", (*CATCH, "Next"), "Record"),
    _broken("SL", "neither Next nor End", "detection", (*SEARCH, "Next"), GONE),
    _broken("GSL", "both Next and End", "detection", (*SEARCH, "End"), True),
    _broken("L", "a state that nothing leads to", "detection", ("States", "Lost"), {"Type": "Succeed"}),
    _broken("L", "no state ends the machine", "frame", ("States", "Failed"), {"Type": "Pass", "Next": "Detect Faces"},
            ("States", "Cropped"), {"Type": "Pass", "Next": "Detect Faces"},
            ("States", "No Face"), {"Type": "Pass", "Next": "Detect Faces"},
            ("States", "Unusable Picture"), {"Type": "Pass", "Next": "Detect Faces"}),
    _broken("L", "Next out of a Map", "index_photos", (*PHOTO, "Next"), "Indexed",
            (*PHOTO, "End"), GONE),
    _broken("GSL", "Next of a Succeed", "detection", ("States", "Alerted", "Next"), "No Face"),
    _broken("GL", "End of a Choice", "detection", (*ROUTE, "End"), True),
    # States
    _broken("GSL", "no Type", "detection", (*SEARCH, "Type"), GONE),
    _broken("GSL", "unknown Type", "detection", (*SEARCH, "Type"), "Tsak"),
    _broken("GSL", "misspelt field of a Task", "detection", (*REVIEW, "HeartBeatSeconds"), 60),
    _broken("GL", "misspelt field of a Retry", "detection", (*RETRY, "MaxAttempt"), 3),
    _broken("GL", "misspelt field of a Catch", "detection", (*CATCH, "Asign"), {}),
    _broken("GSL", "misspelt field of a choice", "detection", (*CHOICE, "Asign"), {}),
    _broken("GS", "no Resource", "detection", (*SEARCH, "Resource"), GONE),
    _broken("GS", "Resource is no ARN", "detection", (*SEARCH, "Resource"), "lambda:invoke"),
    _broken("G", "Resource of no service", "detection", (*SEARCH, "Resource"), "arn:aws:states:::lamdba:invoke"),
    _broken("G", "Resource of no pattern", "detection", (*REVIEW, "Resource"), "arn:aws:states:::lambda:invoke.wait"),
    _broken("SL", "Retry of a Choice", "detection", (*ROUTE, "Retry"), [{"ErrorEquals": ["States.ALL"]}]),
    _broken("SL", "Catch of a Pass", "frame", ("States", "No Face"),
            {"Type": "Pass", "End": True, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]}),
    _broken("SL", "Resource of a Succeed", "frame", ("States", "No Face", "Resource"), "arn:aws:states:::a:b"),
    _broken("SL", "no Choices", "detection", (*ROUTE, "Choices"), GONE),
    _broken("GL", "Choices is empty", "detection", (*ROUTE, "Choices"), []),
    _broken("GSL", "a choice without Next", "detection", (*CHOICE, "Next"), GONE),
    _broken("GSL", "a choice without Condition", "detection", CONDITION, GONE),
    _broken("L", "Choice without Default", "detection", (*ROUTE, "Default"), GONE),
    # Numbers
    _broken("GSL", "TimeoutSeconds is negative", "detection", (*SEARCH, "TimeoutSeconds"), -1),
    _broken("GL", "TimeoutSeconds is text", "detection", (*SEARCH, "TimeoutSeconds"), "60"),
    _broken("G", "HeartbeatSeconds isn't shorter than TimeoutSeconds", "detection", (*REVIEW, "TimeoutSeconds"), 60,
            (*REVIEW, "HeartbeatSeconds"), 60),
    _broken("SL", "MaxConcurrency is negative", "index_photos", (*MAP, "MaxConcurrency"), -1),
    _broken("L", "ToleratedFailurePercentage over 100", "index_photos", (*MAP, "ToleratedFailurePercentage"), 101),
    # Errors
    _broken("GSL", "Retry without ErrorEquals", "detection", (*RETRY, "ErrorEquals"), GONE),
    _broken("GL", "ErrorEquals is empty", "detection", (*RETRY, "ErrorEquals"), []),
    _broken("GSL", "ErrorEquals is text", "detection", (*RETRY, "ErrorEquals"), "ThrottledError"),
    _broken("G", "a reserved error that there isn't", "detection", (*CATCH, "ErrorEquals"), ["States.Al"]),
    _broken("GL", "States.ALL beside another error", "detection", (*CATCH, "ErrorEquals"),
            ["States.ALL", "ConflictError"]),
    _broken("L", "States.ALL isn't the last Catch", "detection", (*REVIEW, "Catch", 0, "ErrorEquals"), ["States.ALL"]),
    _broken("", "States.ALL isn't the last Retry", "detection", (*REVIEW, "Retry", 0, "ErrorEquals"), ["States.ALL"]),
    _broken("GL", "BackoffRate under 1", "detection", (*RETRY, "BackoffRate"), 0.5),
    _broken("GL", "IntervalSeconds is 0", "detection", (*RETRY, "IntervalSeconds"), 0),
    _broken("GSL", "MaxAttempts is negative", "detection", (*RETRY, "MaxAttempts"), -1),
    _broken("", "MaxDelaySeconds isn't longer than IntervalSeconds", "detection", (*RETRY, "MaxDelaySeconds"), 1),
    _broken("GL", "unknown JitterStrategy", "detection", (*RETRY, "JitterStrategy"), "HALF"),
    _broken("GSL", "Catch without ErrorEquals", "detection", (*CATCH, "ErrorEquals"), GONE),
    _broken("GSL", "Catch without Next", "detection", (*CATCH, "Next"), GONE),
    # Data
    _broken("GSL", "a field of JSONPath", "detection", (*SEARCH, "ResultPath"), "$.search"),
    _broken("GSL", "Parameters in JSONata", "detection", (*SEARCH, "Parameters"), {"a": 1}),
    _broken("SL", "Assign of a Fail", "detection", ("States", "Failed", "Assign"), {"a": 1}),
    _broken("SL", "Assign of a Succeed", "detection", ("States", "Alerted", "Assign"), {"a": 1}),
    _broken("GSL", "Assign is a list", "detection", (*SEARCH, "Assign"), ["search"]),
    _broken("J", "Assign of `states`", "detection", (*SEARCH, "Assign", "states"), 1),
    _broken("J", "Assign of a name that is none", "detection", (*SEARCH, "Assign", "the search"), 1),
    _broken("L", "Arguments of a Pass", "frame", ("States", "No Face"), {"Type": "Pass", "End": True, "Arguments": {}}),
    _broken("L", "Output of a Fail", "frame", ("States", "Failed", "Output"), {}),
    # Expressions
    _broken("J", "an expression that doesn't parse", "detection", CONDITION,
            "{% $search.outcome = = 'NO_CANDIDATE' %}"),
    _broken("GJ", "an expression without its end", "detection", CONDITION,
            "{% $search.outcome = 'NO_CANDIDATE'"),
    _broken("J", "an open bracket", "detection", LIMIT, "{% $max([2, 3) %}"),
    _broken("J", "a variable that nobody assigns", "detection", CONDITION,
            "{% $serach.outcome = 'NO_CANDIDATE' %}"),
    _broken("J", "a variable before it is assigned", "detection", (*SEARCH, "Arguments", "Payload"), "{% $decision %}"),
    _broken("J", "a variable that isn't assigned on every way", "detection",
            ("States", "Publish Alert", "Arguments", "Payload", "verdict"), "{% $verdict %}"),
    _broken("J", "a variable from inside a Map", "index_photos", (*PHOTO, "Assign"), {"one": 1},
            ("States", "Indexed", "Output", "one"), "{% $one %}"),
    _broken("J", "an unknown part of $states", "detection", (*SEARCH, "Assign", "search"), "{% $states.results %}"),
    _broken("J", "the error outside a Catch", "detection", (*SEARCH, "Assign", "search"), "{% $states.errorOutput %}"),
    _broken("J", "the result in Arguments", "detection", (*SEARCH, "Arguments", "Payload"), "{% $states.result %}"),
    _broken("J", "an unknown part of the context", "detection", (*SEARCH, "Arguments", "Payload"),
            "{% $states.context.Exceution.Input %}"),
    _broken("J", "an unknown function", "detection", LIMIT, "{% $maximum([2, 3]) %}"),
    _broken("J", "a function that Step Functions doesn't have", "detection", LIMIT, "{% $eval('2') %}"),
    _broken("G", "a JSONPath in JSONata", "detection", CONDITION, "$.outcome"),
    # Map
    _broken("SL", "no ItemProcessor", "index_photos", INNER, GONE),
    _broken("", "no ProcessorConfig", "index_photos", (*INNER, "ProcessorConfig"), GONE),
    _broken("", "unknown Mode", "index_photos", (*CONFIG, "Mode"), "DISTRIBUTE"),
    _broken("", "distributed without ExecutionType", "index_photos", (*CONFIG, "ExecutionType"), GONE),
    _broken("SL", "StartAt inside names no state", "index_photos", (*INNER, "StartAt"), "Index"),
    _broken("L", "a reader without Resource", "index_photos", (*READER, "Resource"), GONE),
    _broken("", "a reader of another service", "index_photos", (*READER, "Resource"),
            "arn:aws:states:::lambda:invoke"),
    _broken("", "a reader of an unknown InputType", "index_photos", (*READER, "ReaderConfig", "InputType"), "XML"),
    _broken("L", "a reader with Parameters", "index_photos", (*READER, "Parameters"), {"Bucket": "b"}),
    _broken("L", "a writer without Resource", "index_photos", (*MAP, "ResultWriter", "Resource"), GONE),
    _broken("SL", "a misspelt field of a Map", "index_photos", (*MAP, "ToleratedFailurePercent"), 1),
)  # fmt: skip
