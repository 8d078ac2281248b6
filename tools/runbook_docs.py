"""The table of alarms in docs/runbooks/README.md, made from the template: `python -m tools.runbook_docs`."""

from __future__ import annotations

import re
import sys
from typing import Any

from tools.made_sections import ROOT, replaced, write_or_compare
from tools.stack import of_type

PAGE = ROOT / "docs" / "runbooks" / "README.md"
SIGNS = {"GreaterThanOrEqualToThreshold": "≥", "GreaterThanThreshold": ">", "LessThanThreshold": "<"}
SILENCE = {"breaching": "alarm", "notBreaching": "all well", "ignore": "stays as it was", "missing": "no data"}


def fires(alarm: dict[str, Any]) -> str:
    """`Maximum ≥ 36, 2 times 30 min`."""
    sign, statistic = SIGNS[alarm["ComparisonOperator"]], alarm.get("Statistic") or alarm.get("ExtendedStatistic", "")
    every = f"{alarm['EvaluationPeriods']} × {alarm['Period'] // 60} min" if "Period" in alarm else "see the template"
    return f"{statistic} {sign} {alarm['Threshold']}, {every}"


def alarms() -> str:
    """A row for each."""
    lines = ["| alarm | metric | fires at | silence | what to do |", "|---|---|---|---|---|"]
    for name, alarm in sorted(of_type("AWS::CloudWatch::Alarm").items()):
        page = re.findall(r"docs/runbooks/(\S+\.md)", alarm["AlarmDescription"])[-1]
        metric = " ".join(f"`{alarm[key]}`" for key in ("Namespace", "MetricName") if key in alarm) or "calculated"
        silence = SILENCE[alarm.get("TreatMissingData", "missing")]
        lines.append(f"| {name} | {metric} | {fires(alarm)} | {silence} | [{page.removesuffix('.md')}]({page}) |")
    return "\n".join(lines)


def main() -> int:
    """Write the page; with --check only say whether it is out of date."""
    page = replaced(PAGE.read_text(encoding="utf-8"), {"alarms": alarms()})
    return write_or_compare({PAGE: page}, "--check" in sys.argv, "-m tools.runbook_docs")


if __name__ == "__main__":
    sys.exit(main())
