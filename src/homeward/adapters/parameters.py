"""SSM parameters, kept for a short while: a switched collection or policy is seen by every function within a minute."""

from __future__ import annotations

import time

from homeward.adapters.aws import aws_errors, client

KEEP_SECONDS = 60.0
_kept: dict[str, tuple[float, str]] = {}


def parameter(name: str) -> str:
    """Return a parameter's value, at most KEEP_SECONDS old."""
    read_at, value = _kept.get(name, (float("-inf"), ""))
    if time.monotonic() - read_at > KEEP_SECONDS:
        with aws_errors():
            value = str(client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
        _kept[name] = (time.monotonic(), value)
    return value


def fresh(name: str) -> str:
    """Return a parameter's value as it is now."""
    _kept.pop(name, None)
    return parameter(name)


def point(name: str, value: str) -> None:
    """Give an existing parameter another value; every process sees it within KEEP_SECONDS, this one at once."""
    with aws_errors():
        client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    _kept.pop(name, None)


def forget() -> None:
    """Read every parameter anew; for programs that switch from one system to another."""
    _kept.clear()
