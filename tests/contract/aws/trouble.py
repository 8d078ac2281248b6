"""A pytest plugin: in the middle of the run, a test fails, or the run is killed. TROUBLE says which."""

from __future__ import annotations

import os
import signal

import pytest


def pytest_runtest_call(item: pytest.Item) -> None:
    if item.name == "test_again_changes_nothing":
        if os.environ["TROUBLE"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        pytest.fail("as asked for")
