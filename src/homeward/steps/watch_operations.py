"""Watch Operations: measure how the whole of it is doing; alarms look at what is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeward.domain.operations import OperationsState
from homeward.domain.ports import Metrics


@dataclass(frozen=True, slots=True)
class WatchOperations:
    """Changes nothing but the metrics, so it may be done at any time and as often as one likes."""

    read: Callable[[], OperationsState]
    metrics: Metrics

    def __call__(self) -> dict[str, Any]:
        """Return `OperationsState.to_json`."""
        state = self.read()
        self.metrics.put(state.measures(), state.at)
        return state.to_json()
