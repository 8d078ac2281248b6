"""What a newcomer waits for: `make demo` on a fresh clone with an empty virtual environment, and again.

Packages are downloaded anew (no pip cache); the clone is of the last commit; ports are free ones. With `--quick` this
checkout and its environments are used, so that only the demo itself is measured.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report, options
from tests.serving import ROOT, free_port

PORTS = ("cloud", "rekognition", "namus", "airflow")


def demo(checkout: Path, home: Path) -> float:
    """Seconds until `make demo` has shown the alert and stopped everything."""
    ports = " ".join(f"--{name}-port {free_port()}" for name in PORTS)
    environment = {**os.environ, "PIP_NO_CACHE_DIR": "1", "HOMEWARD_HOME": str(home)}
    began = time.monotonic()
    subprocess.run(["make", "demo", f"DEMO_ARGS=--exit {ports}"], cwd=checkout, env=environment, check=True)
    return time.monotonic() - began


def main() -> None:
    """Measure and show."""
    chosen = options(__doc__ or "")
    with tempfile.TemporaryDirectory(prefix="homeward-first-run-") as folder:
        Path(folder).chmod(0o755)
        home, checkout = Path(folder) / "state", ROOT if chosen.quick else Path(folder) / "homeward"
        if not chosen.quick:
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
        seconds = {name: round(demo(checkout, home), 1) for name in ("first", "again")}
    report = Report("first_run", {f"make demo --exit, {name}, s": value for name, value in seconds.items()})
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    main()
