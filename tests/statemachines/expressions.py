"""What is wrong with the JSONata of a machine: syntax, unknown functions, names without a value where they stand.

A variable counts as known only if every way that leads to its state assigns it. What `$states` holds where, and what
Step Functions adds to JSONata and takes from it: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
The scopes of variables: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException

ADDED, TAKEN = {"partition", "range", "hash", "uuid", "parse"}, {"eval"}
FUNCTIONS = ({*Jsonata.static_frame.bindings} | ADDED) - TAKEN
CONTEXT = {  # https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    "Execution": {"Id", "Input", "Name", "RedriveCount", "RedriveTime", "RoleArn", "StartTime"},
    "State": {"EnteredTime", "Name", "RetryCount"},
    "StateMachine": {"Id", "Name"},
    "Task": {"Token"},
    "Map": {"Item"},
}
HAVE_RESULTS = {"Task", "Map", "Parallel"}
AFTER = {"Assign", "Output"}  # fields that are evaluated when the result is there
Known = frozenset[str] | None  # None: no way that leads there was walked yet


def problems(machine: Mapping[str, Any], outer: frozenset[str] = frozenset()) -> Iterator[str]:
    """Everything that is wrong with the expressions of a machine, or of the part of one that a Map runs."""
    states = machine["States"]
    known = _known(machine["StartAt"], states, outer)
    for name, state in states.items():
        variables = known[name] or outer
        for one in [state, *state.get("Choices", []), *state.get("Catch", [])]:
            names = one.get("Assign", {})
            yield from (f"{name}: ${said} can't be assigned" for said in names if not _is_name(said))
        for field, value in state.items():
            if field == "Catch":
                for number, one in enumerate(value):
                    yield from _wrong(one, variables, {"errorOutput"}, f"{name}.Catch[{number}]")
            elif field == "ItemProcessor":
                shared = value.get("ProcessorConfig", {}).get("Mode") != "DISTRIBUTED"
                yield from problems(value, variables if shared else frozenset())
            else:
                more = {"result"} if field in AFTER and state["Type"] in HAVE_RESULTS else set()
                yield from _wrong(value, variables, more, f"{name}.{field}")


def _is_name(name: str) -> bool:
    """A Unicode identifier of at most 80 letters; `states` is Step Functions' own."""
    return name.isidentifier() and len(name) <= 80 and name != "states"


def _known(start: str, states: Mapping[str, Any], outer: frozenset[str]) -> dict[str, Known]:
    """For each state, the variables that every way to it assigns."""
    known: dict[str, Known] = dict.fromkeys(states)
    known[start], waiting = outer, [start]
    while waiting:
        name = waiting.pop()
        for target, assigned in _ways(states[name]):
            before, here = known[target], (known[name] or outer) | assigned
            known[target] = here if before is None else before & here
            if known[target] != before:
                waiting.append(target)
    return known


def _ways(state: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Where a state may lead, with what is assigned on that way."""
    for field in ("Next", "Default"):
        if field in state:
            yield state[field], frozenset(state.get("Assign", {}))
    for rule in [*state.get("Choices", []), *state.get("Catch", [])]:
        yield rule["Next"], frozenset(rule.get("Assign", {}))


def _wrong(template: Any, variables: frozenset[str], more: set[str], place: str) -> Iterator[str]:
    for text in _texts(template):
        if "{%" not in text and "%}" not in text:
            continue
        if not (text.startswith("{%") and text.endswith("%}")):
            yield f"{place}: {text} is not {{% ... %}}"
            continue
        try:
            tree = Jsonata(text[2:-2].strip()).ast
        except JException as error:
            yield f"{place}: {text}: {error}"
            continue
        yield from (f"{place}: {what}" for what in _unknown(tree, variables, {"input", "context"} | more))


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, (dict, list)):
        for value in template.values() if isinstance(template, dict) else template:
            yield from _texts(value)


def _unknown(tree: Any, variables: frozenset[str], parts: set[str]) -> Iterator[str]:
    """The names in an expression that nothing gives a value to."""
    nodes = list(_nodes(tree))
    called = {id(node.procedure) for node in nodes if node.type == "function"}
    for node in nodes:
        if node.type == "path" and (steps := [step.value for step in node.steps])[0] == "states":
            yield from _unknown_part(steps[1:], parts)
        elif node.type == "variable" and id(node) in called:
            if node.value not in FUNCTIONS:
                yield f"there is no function ${node.value}"
        elif node.type == "variable" and node.value not in {*variables, "states", ""}:
            yield f"${node.value} is not assigned on every way"


def _unknown_part(steps: list[Any], parts: set[str]) -> Iterator[str]:
    part, first, second = [*steps, None, None, None][:3]
    if part not in parts:
        yield f"$states.{part} is not there"
    elif part == "context" and first and (first not in CONTEXT or second not in {*CONTEXT[first], None}):
        yield f"$states.context.{first}.{second} is not there"


def _nodes(tree: Any) -> Iterator[Any]:
    """Every node of jsonata-python's syntax tree."""
    yield tree
    for attribute in ("lhs", "rhs", "expression", "condition", "then", "_else", "body", "procedure", "group"):
        if hasattr(child := getattr(tree, attribute, None), "type"):
            yield from _nodes(child)
    for attribute in ("steps", "arguments", "expressions", "predicate", "stages", "terms"):
        for child in getattr(tree, attribute, None) or []:
            if hasattr(child, "type"):
                yield from _nodes(child)
    for pair in [*(getattr(tree, "lhs_object", None) or []), *(getattr(tree, "rhs_object", None) or [])]:
        for child in pair if isinstance(pair, (list, tuple)) else ():
            if hasattr(child, "type"):
                yield from _nodes(child)
