"""docs/reference: commands, from the command line's own help, and errors, from their tree and the state machines.

`python -m tools.reference_docs`.
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from homeward.domain import errors
from homeward.domain.asl import flatten
from homeward.domain.errors import HomewardError
from tools.made_sections import ROOT, write_or_compare

FOLDER = ROOT / "docs" / "reference"
MADE = "<!-- made by python -m tools.reference_docs -->\n"
ERRORS = """# Errors

Every error that Homeward raises on purpose, from `homeward/domain/errors.py`. The names are a contract: state machines
match them (`Retry`, `Catch`), and Airflow's tasks. The text of an error says what is wrong and how to mend it; no code
reads it. What a state names nowhere here it catches by `States.ALL`, and records a failure.

"""


def commands() -> str:
    """Every command with its arguments and options, as typer tells them."""
    command = [sys.executable, "-m", "typer", "homeward.cli", "utils", "docs", "--name", "homeward"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return MADE + told.replace(f"{ROOT}/", "").rstrip() + "\n"


def error_page() -> str:
    """A row for each error: what it is a kind of, what it means, what the machines do about it."""
    handled = treatments()
    rows = ["| error | is a | means | in a state machine |", "|---|---|---|---|"]
    for error in tree(HomewardError):
        kind = error.__bases__[0].__name__
        means = inspect.cleandoc(error.__doc__ or "").replace("\n", " ")
        rows.append(f"| `{error.__name__}` | `{kind}` | {means} | {'<br>'.join(handled.get(error.__name__, []))} |")
    return MADE + ERRORS + "\n".join(rows) + "\n"


def tree(root: type[HomewardError]) -> Iterator[type[HomewardError]]:
    """Every error of the module below `root`, each before its kinds."""
    for error in root.__subclasses__():
        if error.__module__ == errors.__name__:
            yield error
            yield from tree(error)


def treatments() -> dict[str, list[str]]:
    """For each error what machines do about it, with the states that do."""
    states: dict[tuple[str, str, str], list[str]] = {}
    for path in sorted((ROOT / "statemachines").glob("*/*.asl.json")):
        for name, state in flatten(json.loads(path.read_text(encoding="utf-8"))):
            for error, treatment in treated(state):
                states.setdefault((error, path.parent.name, treatment), []).append(name)
    found: dict[str, list[str]] = {}
    for (error, machine, treatment), names in states.items():
        found.setdefault(error, []).append(f"{machine}: {treatment} ({', '.join(names)})")
    return found


def treated(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(error, what the state does about it)."""
    for retry in state.get("Retry", []):
        yield from ((error, f"tried {retry['MaxAttempts']} times more") for error in retry["ErrorEquals"])
    for catcher in state.get("Catch", []):
        yield from ((error, f"goes on at {catcher['Next']}") for error in catcher["ErrorEquals"])


def main() -> int:
    """Write the pages; with --check only say which are out of date."""
    pages = {FOLDER / "commands.md": commands(), FOLDER / "errors.md": error_page()}
    return write_or_compare(pages, "--check" in sys.argv, "-m tools.reference_docs")


if __name__ == "__main__":
    sys.exit(main())
