"""Type-check every Lambda handler: `python tools/check_handlers.py`.

All are called handler.py, which mypy refuses to check in one run; so each has a run of its own, sharing the cache.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mypy import api

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print mypy's complaints; return how many handlers have some."""
    bad = 0
    for handler in sorted((ROOT / "lambdas").glob("*/handler.py")):
        output, errors, status = api.run([str(handler), "--config-file", str(ROOT / "pyproject.toml")])
        if status:
            bad += 1
            print(output, errors, sep="", end="", file=sys.stderr)
    return bad


if __name__ == "__main__":
    sys.exit(main())
