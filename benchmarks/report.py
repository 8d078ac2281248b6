"""What every benchmark shares: its options, its figures, its answer."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil


@dataclass
class Report:
    """Figures of one run. `figures` are ours, `peers` what was measured beside them, `ratios` ours to theirs."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    peers: dict[str, Any] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)

    def show(self) -> None:
        """Print every figure, a line each."""
        for title, rows in (("", self.figures), ("peer ", self.peers), ("ratio ", self.ratios)):
            for label, value in rows.items():
                print(f"{self.name}: {title}{label} = {value}")

    def write(self, file: Path | None) -> None:
        """Keep the figures as JSON, with the machine that they come from."""
        if file:
            memory = round(psutil.virtual_memory().total / 1e9)
            machine = {"cores": psutil.cpu_count(), "memory_gb": memory, "python": platform.python_version()}
            file.write_text(json.dumps({**asdict(self), "machine": machine}, indent=2, sort_keys=True) + "\n")


def options(about: str, arguments: Sequence[str] | None = None, parts: Sequence[str] = ()) -> argparse.Namespace:
    """Read `--quick` and `--json FILE`, and `--only PART` where there are parts."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: for a look, not for quoting")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    if parts:
        parser.add_argument("--only", choices=parts, help="measure that part alone")
    return parser.parse_args(arguments)


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Minimum, median, 95th percentile and maximum of times, in milliseconds."""
    ranked = sorted(seconds)
    p95 = ranked[min(len(ranked) - 1, round(0.95 * (len(ranked) - 1)))]
    values = {"min": ranked[0], "median": statistics.median(ranked), "p95": p95, "max": ranked[-1]}
    return {"n": len(ranked), **{label: round(1000 * value, 1) for label, value in values.items()}}
