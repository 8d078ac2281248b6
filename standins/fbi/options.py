"""Options in JSON: their defaults, and what fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[object], bool]
Options = Mapping[str, tuple[Any, Check]]  # default, and what fits


def defaults(options: Options) -> dict[str, Any]:
    """What each option is when nothing is said."""
    return {name: default for name, (default, _) in options.items()}


def is_whole(value: object) -> bool:
    """Whether it is a number of 0 or more, without a fraction."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def whole(low: int, high: int) -> Check:
    """Numbers without a fraction."""
    return lambda value: is_whole(value) and between(low, high)(value)


def between(low: float, high: float) -> Check:
    """Any numbers."""
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def maybe(check: Check) -> Check:
    """The same, or null."""
    return lambda value: value is None or check(value)
