"""A definition that can't run is refused, by the API and by CloudFormation; LoggingConfiguration is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

from standins.cloud.corrections.resource_handlers import after, before, is_true
from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

TYPES = ("Pass", "Task", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
WITHOUT_NEXT = ("Choice", "Succeed", "Fail")
JSONPATH_FIELDS = ("Parameters", "InputPath", "OutputPath", "ResultPath", "ResultSelector", "ItemsPath")


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(stepfunctions, "_validate_definition_jsonata", _validate)
    replace(stepfunctions, "_validate_state_machine_definition", _answer_validation)
    before("AWS::StepFunctions::StateMachine", _refuse_wrong_definition)
    after("AWS::StepFunctions::StateMachine", _keep_logging)


def _validate(original: Any, definition: str) -> str | None:
    """What is wrong with a definition, or None."""
    try:
        machine = json.loads(definition)
    except (TypeError, ValueError) as error:
        return f"INVALID_JSON_DESCRIPTION: {error}"
    return next(_problems(machine, "", "JSONPath"), None) or original(definition)


def _problems(machine: dict[str, Any], path: str, language: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield f"SCHEMA_VALIDATION_FAILED: States is missing at {path or '/'}"
        return
    language = machine.get("QueryLanguage", language)
    if machine.get("StartAt") not in states:
        yield f"MISSING_TRANSITION_TARGET: StartAt at {path}/StartAt"
    for name, state in states.items():
        yield from _state_problems(state, f"{path}/States/{name}", states, language)


def _state_problems(state: dict[str, Any], path: str, states: dict[str, Any], language: str) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in TYPES:
        yield f"SCHEMA_VALIDATION_FAILED: Type {kind} at {path}"
    elif kind not in WITHOUT_NEXT and not (state.get("Next") or state.get("End")):
        yield f"SCHEMA_VALIDATION_FAILED: neither Next nor End at {path}"
    if kind == "Task" and not state.get("Resource"):
        yield f"SCHEMA_VALIDATION_FAILED: Resource is missing at {path}"
    rules = [*state.get("Choices", []), *state.get("Catch", [])]
    for target in (state.get("Next"), state.get("Default"), *(rule.get("Next") for rule in rules)):
        if target is not None and target not in states:
            yield f"MISSING_TRANSITION_TARGET: {target} at {path}"
    if state.get("QueryLanguage", language) == "JSONata":
        for field in set(JSONPATH_FIELDS) & set(state):
            yield f"SCHEMA_VALIDATION_FAILED: {field} is not for JSONata, at {path}"
    processor = state.get("ItemProcessor") or state.get("Iterator")
    for inner in [*state.get("Branches", []), *([processor] if processor else [])]:
        yield from _problems(inner, path, language)


def _answer_validation(data: dict[str, Any]) -> Any:
    problem = stepfunctions._validate_definition_jsonata(data.get("definition"))
    diagnostics = [{"severity": "ERROR", "code": problem.split(":")[0], "message": problem}] if problem else []
    return stepfunctions.json_response(
        {"result": "FAIL" if problem else "OK", "diagnostics": diagnostics, "truncated": False}
    )


def _refuse_wrong_definition(properties: dict[str, Any]) -> None:
    if problem := stepfunctions._validate_definition_jsonata(provisioners._sfn_definition(properties)):
        raise ValueError(f"Invalid State Machine Definition: '{problem}' (Service: Sfn, Status Code: 400)")


def _keep_logging(arn: str, properties: dict[str, Any]) -> None:
    """The template's names begin with a capital, the API's don't."""
    logging = _lower_names(properties.get("LoggingConfiguration") or {})
    stepfunctions._state_machines[arn]["loggingConfiguration"] = {
        **logging,
        "level": logging.get("level", "OFF"),
        "includeExecutionData": is_true(logging.get("includeExecutionData", False)),
    }


def _lower_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: _lower_names(item) for name, item in value.items()}
    return [_lower_names(item) for item in value] if isinstance(value, list) else value
