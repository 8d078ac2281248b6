"""Draw every state machine from its ASL: `python tools/machine_docs.py` writes statemachines/*/README.md.

The part above the marker line is written by hand and kept; the picture (mermaid) and the tables below it are made here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from homeward.domain.asl import edges, flatten

MACHINES = Path(__file__).resolve().parent.parent / "statemachines"
MARKER = "<!-- made by tools/machine_docs.py from the ASL -->"
SHAPES = {"Choice": "{{{{{}}}}}", "Succeed": "([{}])", "Fail": "([{}])"}


def drawing(machine: dict[str, Any]) -> str:
    """The machine as a mermaid flowchart; error paths are dotted."""
    states = dict(flatten(machine))
    ids = {name: f"s{number}" for number, name in enumerate(states)}
    lines = ["```mermaid", "flowchart TD"]
    for name, state in states.items():
        lines.append(f"  {ids[name]}" + SHAPES.get(state["Type"], "[{}]").format(f'"{name}"'))
    for name, state in states.items():
        for source, target, label in edges(name, state):
            arrow = "-.->" if label.startswith("error: ") else "-->"
            lines.append(f"  {ids[source]} {arrow}" + (f'|"{label}"|' if label else "") + f" {ids[target]}")
    return "\n".join([*lines, "```"])


def retries(state: dict[str, Any]) -> str:
    """How often a state is tried again, in words."""
    return "; ".join(
        f"{retry['MaxAttempts']}x from {retry['IntervalSeconds']} s to {retry['MaxDelaySeconds']} s, full jitter"
        for retry in state.get("Retry", [])
    )


def table(machine: dict[str, Any]) -> str:
    """A row for each task, then the named ends."""
    rows = ["| state | function | retried | on error |", "|---|---|---|---|"]
    ends = []
    for name, state in flatten(machine):
        if state["Type"] == "Task":
            called = state["Arguments"].get("FunctionName", state["Resource"].rpartition(":")[2])
            function = called.removeprefix("${").removesuffix("FunctionArn}")
            caught = ", ".join(f"{'/'.join(c['ErrorEquals'])} → {c['Next']}" for c in state.get("Catch", []))
            rows.append(f"| {name} | {function} | {retries(state)} | {caught} |")
        elif state["Type"] in ("Succeed", "Fail"):
            ends.append(name)
    return "\n".join(rows) + (f"\n\nEnds: {', '.join(ends)}." if ends else "")


def page(folder: Path) -> str:
    """The whole README of a machine."""
    machine = json.loads((folder / f"{folder.name}.asl.json").read_text())
    readme = folder / "README.md"
    intro = readme.read_text().split(MARKER)[0] if readme.exists() else f"# {folder.name}\n\n{machine['Comment']}\n\n"
    return f"{intro}{MARKER}\n\n{drawing(machine)}\n\n{table(machine)}\n"


def is_stale(folder: Path) -> bool:
    """Whether a machine's README isn't what its ASL says."""
    readme = folder / "README.md"
    return not readme.exists() or readme.read_text() != page(folder)


def main() -> int:
    """Write every README; with --check only say which are out of date."""
    stale = [folder for folder in sorted(MACHINES.glob("*/")) if is_stale(folder)]
    if "--check" in sys.argv:
        for folder in stale:
            print(f"{folder.name}/README.md is out of date: run python tools/machine_docs.py")
        return bool(stale)
    for folder in stale:
        (folder / "README.md").write_text(page(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
