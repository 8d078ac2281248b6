"""Run every benchmark, each as a program of its own: `python -m benchmarks [--quick] [--json-folder DIR]`."""

from __future__ import annotations

import argparse
import pkgutil
import subprocess
import sys
from pathlib import Path

import benchmarks

SHARED = {"__main__", "covers", "holdings", "pictures", "prices", "proxy", "report", "system"}


def main() -> int:
    """Return how many benchmarks failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json-folder", type=Path, metavar="DIR", help="write each one's figures to DIR/NAME.json")
    chosen = parser.parse_args()
    failed = 0
    for name in sorted({module.name for module in pkgutil.iter_modules(benchmarks.__path__)} - SHARED):
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--quick"] if chosen.quick else [])]
        if chosen.json_folder:
            chosen.json_folder.mkdir(parents=True, exist_ok=True)
            command += ["--json", str(chosen.json_folder / f"{name}.json")]
        print(f"== {name}", flush=True)
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
