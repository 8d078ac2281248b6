"""JSONPath: a path that selects nothing is an error, and the filters, slices and `..` that AWS knows."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from jsonpath_ng.exceptions import JsonPathParserError
from jsonpath_ng.ext import parse
from ministack.services import stepfunctions

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

INDEFINITE = ("?(", "..", "*", ":", ",")


def apply(settings: Settings) -> None:
    replace(stepfunctions, "_resolve_path", resolve)
    replace(stepfunctions, "_resolve_params_obj", fill)
    wrap(stepfunctions, "_evaluate_rule", evaluate_rule)


def resolve(path: str | None, data: Any) -> Any:
    """The value at a path; States.Runtime when there is none."""
    if not path or path == "$" or not path.startswith("$"):
        return data
    try:
        values = [match.value for match in compiled(path.replace(".length()", ".`len`")).find(data)]
    except JsonPathParserError as error:
        raise stepfunctions._ExecutionError("States.Runtime", f"Invalid path '{path}': {error}") from error
    if any(sign in path for sign in INDEFINITE):
        return values
    if not values:
        raise stepfunctions._ExecutionError(
            "States.Runtime",
            f"The JSONPath '{path}' could not be found in the input '{json.dumps(data)[:400]}'",
        )
    return values[0]


compiled = lru_cache(maxsize=1000)(parse)


def fill(template: Any, data: Any, context: dict[str, Any] | None = None) -> Any:
    """A payload template with its `.$` fields resolved, at any depth."""
    if isinstance(template, list):
        return [fill(item, data, context) for item in template]
    if not isinstance(template, dict):
        return template
    return dict(
        (key[:-2], select(value, data, context or {}))
        if key.endswith(".$") and isinstance(value, str)
        else (key, fill(value, data, context))
        for key, value in template.items()
    )


def select(expression: str, data: Any, context: dict[str, Any]) -> Any:
    if expression.startswith("States."):
        return stepfunctions._evaluate_intrinsic(expression, data, context)
    if expression.startswith("$$"):
        return resolve(expression[1:], context)
    return resolve(expression, data)


def evaluate_rule(original: Any, rule: dict[str, Any], data: Any, context: dict[str, Any] | None = None) -> Any:
    """IsPresent asks whether the path selects something, null included; any other test of nothing is an error."""
    if "Variable" not in rule or "IsPresent" not in rule:
        return original(rule, data, context)
    try:
        stepfunctions._resolve_path_or_ctx(rule["Variable"], data, context)
    except stepfunctions._ExecutionError:
        return rule["IsPresent"] is False
    return rule["IsPresent"] is True
