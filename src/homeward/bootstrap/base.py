"""Where the names of everything come from, and the clock."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache

from homeward.settings import Setting, Settings

DEFAULT_STACK = "homeward"


def clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def stack() -> str:
    """The name of the deployed stack; only Airflow and the command line know it."""
    return os.environ.get("HOMEWARD_STACK", DEFAULT_STACK)


@cache
def settings() -> Settings:
    """A function's own environment; elsewhere the stack's settings parameter (HOMEWARD_STACK names the stack)."""
    if Setting.AUDIT_TABLE.value in os.environ:
        return Settings(os.environ)
    from homeward.adapters.parameters import parameter

    return Settings(json.loads(parameter(f"/homeward/{stack()}/settings")))
