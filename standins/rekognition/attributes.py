"""Facial attributes: which can be asked for. What no model here can tell is never made up."""

from __future__ import annotations

from typing import Any

from standins.rekognition.errors import NotImplementedOperationError

TOLD = ("DEFAULT", "ALL")
"""DEFAULT is told in full; ALL is DEFAULT here, because the other attributes are unknown."""


def check_attributes(operation: str, parameter: str, parameters: dict[str, Any]) -> None:
    """Refuse attributes that are asked for by name and can't be told. Raises NotImplementedOperationError."""
    unknown = [name for name in parameters.get(parameter, []) if name not in TOLD]
    if unknown:
        raise NotImplementedOperationError(
            f"{operation}: {parameter} {', '.join(unknown)}: no model of this local face service can tell that. "
            f"It tells {' and '.join(TOLD)}, where ALL leaves out what it can't tell."
        )
