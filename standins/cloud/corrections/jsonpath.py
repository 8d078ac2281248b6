"""JSONPath: a path that selects nothing is an error, and the filters, slices and `..` that AWS knows."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from jsonpath_ng.exceptions import JsonPathParserError
from jsonpath_ng.ext.parser import parse
from ministack.services import stepfunctions

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings

INDEFINITE = ("?(", "..", "*", ":", ",")


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    replace(stepfunctions, "_resolve_path", _resolve)
    replace(stepfunctions, "_resolve_params_obj", _fill)
    wrap(stepfunctions, "_evaluate_rule", _evaluate_rule)


def _resolve(path: str | None, data: Any) -> Any:
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


def _fill(template: Any, data: Any, context: dict[str, Any] | None = None) -> Any:
    """A payload template with its `.$` fields resolved, at any depth."""
    if isinstance(template, list):
        return [_fill(item, data, context) for item in template]
    if not isinstance(template, dict):
        return template
    return dict(
        (key[:-2], _select(value, data, context or {}))
        if key.endswith(".$") and isinstance(value, str)
        else (key, _fill(value, data, context))
        for key, value in template.items()
    )


def _select(expression: str, data: Any, context: dict[str, Any]) -> Any:
    if expression.startswith("States."):
        return stepfunctions._evaluate_intrinsic(expression, data, context)
    if expression.startswith("$$"):
        return _resolve(expression[1:], context)
    return _resolve(expression, data)


def _evaluate_rule(original: Any, rule: dict[str, Any], data: Any, context: dict[str, Any] | None = None) -> Any:
    """IsPresent asks whether the path selects something, null included; any other test of nothing is an error."""
    if "Variable" not in rule or "IsPresent" not in rule:
        return original(rule, data, context)
    try:
        stepfunctions._resolve_path_or_ctx(rule["Variable"], data, context)
    except stepfunctions._ExecutionError:
        return rule["IsPresent"] is False
    return rule["IsPresent"] is True
