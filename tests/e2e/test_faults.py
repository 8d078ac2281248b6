"""The deployed chain on a wire that fails: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.serving import ROOT


def test_a_wire_that_fails_loses_and_doubles_nothing(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.faults", "--quick", "--json", str(figures)]
    done = subprocess.run(command, cwd=ROOT, timeout=600, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    counted = json.loads(figures.read_text())["figures"]
    assert sum(counted["faults that struck"].values()) > counted["detections"] / 10
    assert (counted["lost"], counted["doubled"], counted["dead letters"]) == (0, 0, 0)
