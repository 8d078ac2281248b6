"""A measurement of error rates: where its files are. What is in them is the matter of `domain/bias`."""

from __future__ import annotations

PLAN, REPORT, PAGE = "plan.json", "report.json", "report.html"


def run_folder(run: str) -> str:
    """Where the files of a measurement are, in the cases bucket."""
    return f"bias/{run}"
