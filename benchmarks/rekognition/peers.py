"""Software that is measured beside us: installed on demand into a folder of the benchmarks, never into the project."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.pictures import HOME

REQUIREMENTS = Path(__file__).with_name("peers.txt")


def faiss() -> Any:
    """The module faiss, which works with the project's own NumPy."""
    folder = HOME / "peers"
    done = folder / REQUIREMENTS.name
    if not done.is_file() or done.read_text() != REQUIREMENTS.read_text():
        print(f"installing peers into {folder}, for benchmarks only", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--upgrade"]
        subprocess.run([*pip, "--target", str(folder), "-r", str(REQUIREMENTS)], check=True, stdout=sys.stderr)
        done.write_text(REQUIREMENTS.read_text())
    sys.path.append(str(folder.resolve()))
    return importlib.import_module("faiss")
