"""RetentionSource: the policy itself is the value of one SSM parameter."""

from __future__ import annotations

from dataclasses import dataclass

from homeward.adapters.parameters import parameter
from homeward.domain.errors import PolicyError
from homeward.domain.retention import Retention, parse_retention

NONE = "{}"


@dataclass(frozen=True, slots=True)
class LiveRetention:
    """Reads SSM parameter `parameter_name`."""

    parameter_name: str

    def __call__(self) -> Retention:
        """See the port."""
        text = parameter(self.parameter_name)
        if text == NONE:
            raise PolicyError("no retention policy is live; deploy the stack: homeward deploy")
        return parse_retention(text)
