"""A real browser for tests: Debian's chromium, driven by Playwright; installed where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends", "chromium")
INSTALL_SECONDS = 600


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where screenshots are kept; those of the documentation are made with `--screenshots docs/images/desk`."""
    parser.addoption("--screenshots", metavar="DIR", help="keep the screenshots of the desk's views in this folder")


def found() -> str | None:
    """The path of a browser on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> str | None:
    """Try to install it, as root of a Debian; its path, or None."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in (("apt-get", "update"), INSTALL):
            done = subprocess.run(command, capture_output=True, timeout=INSTALL_SECONDS, check=False)
            if done.returncode:
                return None
    return found()


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield it; the test is skipped where there is none and none can be installed."""
    path = found() or install()
    if path is None:
        pytest.skip("no chromium on this machine, and apt-get couldn't install it; install it to run these tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium's own sandbox needs a user who isn't root; what it opens here is ours.
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
