"""The pictures of the state machines are those of the ASL that is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_readmes_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tools" / "machine_docs.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
