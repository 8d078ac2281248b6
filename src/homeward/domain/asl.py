"""What a state machine's definition (Amazon States Language) says of its states and the ways between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Edge(NamedTuple):
    """A way from one state to another; `label` is its condition or its errors, "" when there is no choice."""

    source: str
    target: str
    label: str

    @property
    def is_error(self) -> bool:
        """Whether it is taken after an error."""
        return self.label.startswith("error: ")


def flatten(machine: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of a machine, those inside maps and branches too."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in [state.get("ItemProcessor"), *state.get("Branches", [])]:
            if inner:
                yield from flatten(inner)


def edges(name: str, state: Mapping[str, Any]) -> Iterator[Edge]:
    """Each way out of a state."""
    if "Next" in state:
        yield Edge(name, state["Next"], "")
    for choice in state.get("Choices", []):
        condition = choice["Condition"].removeprefix("{% ").removesuffix(" %}").replace('"', "'")
        yield Edge(name, choice["Next"], condition)
    if "Default" in state:
        yield Edge(name, state["Default"], "otherwise")
    for catcher in state.get("Catch", []):
        yield Edge(name, catcher["Next"], "error: " + ", ".join(catcher["ErrorEquals"]))
    if "ItemProcessor" in state:
        yield Edge(name, state["ItemProcessor"]["StartAt"], "for each item")
