"""Judges of a machine that aren't ours: what each says is wrong with it.

None knows the whole of the language: `broken.ALL` says which mistakes each is known to find. What a judge doesn't know
is kept from it (`READS`, `_with_numbers`, `_without`), so that it has nothing to say of a machine that is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from antlr4.error.Errors import RecognitionException
from cfnlint.api import lint
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException
from statelint.linter import Linter

from tests.statemachines import expressions

Definitions = Mapping[str, dict[str, Any]]
Judge = Callable[[Definitions], dict[str, set[str]]]


def grammar(machines: Definitions) -> dict[str, set[str]]:
    """The ANTLR grammar of LocalStack's Step Functions, as moto has it. It reads no distributed Map in JSONata."""
    return {name: _parsed(machine) for name, machine in machines.items()}


def _parsed(machine: dict[str, Any]) -> set[str]:
    try:
        AmazonStateLanguageParser.parse(json.dumps(machine))
    except ASLParserException as error:
        return {str(error)}
    except (RecognitionException, RuntimeError, TypeError, ValueError) as error:
        # What it finds while it builds its own tree.
        return {f"{type(error).__name__}: {error}"}
    return set()


def schema(machines: Definitions) -> dict[str, set[str]]:
    """cfn-lint's JSON schema of a definition (E3601). It sees only definitions that stand inside a template."""
    names = {f"Machine{number}": name for number, name in enumerate(machines)}
    role = "arn:aws:iam::111122223333:role/test"
    template = {
        "Resources": {
            resource: {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": role, "Definition": _with_numbers(machines[name])},
            }
            for resource, name in names.items()
        }
    }
    said: dict[str, set[str]] = {name: set() for name in machines}
    for match in lint(json.dumps(template), regions=["us-east-1"]):
        said[names[str(match.path[1])]].add(match.message)
    return said


def language(machines: Definitions) -> dict[str, set[str]]:
    """statelint, a port of the linter of those who wrote the language. It doesn't know `InputType` of a reader."""
    return {name: set(Linter.validate(_without("InputType", _with_numbers(one)))) for name, one in machines.items()}


def jsonata(machines: Definitions) -> dict[str, set[str]]:
    """Our own look at the expressions, which jsonata-python parses."""
    return {name: set(expressions.problems(machine)) for name, machine in machines.items()}


def _with_numbers(value: Any) -> Any:
    """The judges that know numbers only, where JSONata may stand or a whole number is one as well, get a number."""
    if isinstance(value, dict):
        return {name: _with_numbers(_number(name, inner)) for name, inner in value.items()}
    return [_with_numbers(inner) for inner in value] if isinstance(value, list) else value


def _number(name: str, value: Any) -> Any:
    if name == "BackoffRate" and isinstance(value, int):
        return float(value)
    return 30 if name in ("TimeoutSeconds", "HeartbeatSeconds") and str(value).startswith("{%") else value


def _without(unknown: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(unknown, inner) for name, inner in value.items() if name != unknown}
    return [_without(unknown, inner) for inner in value] if isinstance(value, list) else value


JUDGES: dict[str, Judge] = {"G": grammar, "S": schema, "L": language, "J": jsonata}
READS = {"G": {"detection", "frame"}}
"""Which machines a judge can read; those that aren't named here read all."""
