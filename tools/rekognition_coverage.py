"""Tell what of Rekognition's API the face service has: `python tools/rekognition_coverage.py` writes its COVERAGE.md.

Made of standins/rekognition/coverage.py and of the public service model; with --check it only says whether the page is
out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from standins.rekognition import coverage
from standins.rekognition.coverage import Parameters, State
from standins.rekognition.errors import RekognitionError
from standins.rekognition.validation import service_model

PAGE = Path(__file__).resolve().parent.parent / "standins" / "rekognition" / "COVERAGE.md"
INTRO = """\
# What of Amazon Rekognition's API is here

<!-- made by tools/rekognition_coverage.py from coverage.py and the public service model -->

Every parameter is **real** (as at AWS), **approximate** (and how), or **refused**: a request with it ends in
`NotImplementedException` (501), which SDKs show at once and don't retry. Nothing is ignored in silence. Requests are
validated against the limits below, which are the public model's.
"""
UNITS = {"string": "characters", "blob": "bytes", "list": "members", "map": "entries"}


def error_codes() -> set[str]:
    """The code of every error that the service can answer."""
    import_module("standins.rekognition.server")  # and with it every module that defines one
    found, classes = set(), [RekognitionError]
    while classes:
        error = classes.pop()
        found.add(error.code)
        classes += error.__subclasses__()
    return found


def declared_errors(operation: OperationModel) -> set[str]:
    """The codes that the public model lists for an operation."""
    return {shape.name for shape in operation.error_shapes}


def limits(shape: Shape) -> str:
    """The constraints of a shape in words."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    unit = f" {UNITS[shape.type_name]}" if shape.type_name in UNITS else ""
    parts = []
    if low is not None and high is not None:
        parts.append(f"{low:,} to {high:,}{unit}")
    elif low is not None or high is not None:
        parts.append(f"at least {low:,}{unit}" if high is None else f"at most {high:,}{unit}")
    values = getattr(shape.member if isinstance(shape, ListShape) else shape, "enum", [])
    if values:
        parts.append(", ".join(values))
    if pattern := shape.metadata.get("pattern"):
        parts.append(f"`{pattern}`".replace("|", r"\|"))
    return "; ".join(parts)


def rows(parameters: Parameters, shape: Shape | None) -> Iterator[str]:
    """A table of parameters, in the order of the model."""
    if not isinstance(shape, StructureShape):
        raise TypeError(f"{shape} has no members")
    yield "| Parameter | | Limits | Remarks |"
    yield "|---|---|---|---|"
    for name, member in shape.members.items():
        treatment = parameters[name]
        needed = " (required)" if name in shape.required_members else ""
        remarks = [treatment.remark] if treatment.remark else []
        if treatment.refused_values:
            remarks.append(f"refused: {', '.join(treatment.refused_values)}")
        state = treatment.state.value if treatment.state is State.REAL else f"**{treatment.state.value}**"
        yield f"| `{name}`{needed} | {state} | {limits(member)} | {'; '.join(remarks)} |"


def operation_section(name: str) -> Iterator[str]:
    """Everything about one operation."""
    operation = service_model().operation_model(name)
    yield f"### {name}\n"
    yield from rows(coverage.OPERATIONS[name], operation.input_shape)
    shown = ", ".join(f"`{code}`" for code in sorted(declared_errors(operation) & error_codes()))
    yield f"\nErrors: {shown}\n"


def answers_section() -> Iterator[str]:
    """What answers leave out or approximate."""
    yield "## Members of answers\n"
    yield "All others are as at AWS.\n"
    yield "| Structure | Member | | |"
    yield "|---|---|---|---|"
    for label, table in (("left out", coverage.LEFT_OUT), ("approximate", coverage.APPROXIMATED)):
        for structure, members in table.items():
            by_reason: dict[str, list[str]] = {}
            for member, reason in members.items():
                by_reason.setdefault(reason, []).append(f"`{member}`")
            for reason, names in by_reason.items():
                yield f"| `{structure}` | {', '.join(names)} | {label} | {reason} |"


def errors_section() -> Iterator[str]:
    """Errors beside those of single operations."""
    declared = {code for name in coverage.OPERATIONS for code in declared_errors(service_model().operation_model(name))}
    yield "\n## Errors\n"
    everywhere = ", ".join(f"`{code}`" for code in sorted(error_codes() - declared))
    yield f"Any operation can answer these too, which the model doesn't list: {everywhere}.\n"
    yield "Never answered:\n"
    for code, why in coverage.NEVER_ANSWERED.items():
        yield f"* `{code}`: {why}"


def others_section() -> str:
    """The operations that are not here."""
    others = sorted(set(service_model().operation_names) - coverage.OPERATIONS.keys())
    listed = ", ".join(f"`{name}`" for name in others)
    return f"\n## All other operations\n\n**Refused** ({len(others)}), `NotImplementedException` (501): {listed}."


def page() -> str:
    """The whole COVERAGE.md."""
    lines = [INTRO, "## Face operations\n"]
    for name in coverage.OPERATIONS:
        lines += operation_section(name)
    lines.append("## Structures inside requests\n")
    for name, parameters in coverage.STRUCTURES.items():
        lines += [f"### {name}\n", *rows(parameters, service_model().shape_for(name)), ""]
    return "\n".join([*lines, *answers_section(), *errors_section(), others_section()]) + "\n"


def main() -> int:
    """Write the page; with --check only say whether it is out of date."""
    if "--check" in sys.argv:
        stale = not PAGE.exists() or PAGE.read_text() != page()
        if stale:
            print(f"{PAGE.name} is out of date: run python tools/rekognition_coverage.py")
        return int(stale)
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
