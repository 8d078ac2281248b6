"""How long Homeward keeps its promises: random histories, each in the middle of faults, until the time is over.

The histories and the rules are those of `tests/invariants`; every round has a seed of its own. A history that breaks a
rule is shown as short as it can be made, and the program fails. With `--quick` one round.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from benchmarks.report import Report
from tests.invariants import model
from tests.invariants.rules import Story

ROUND, STEPS = 500, 20  # histories with one seed; things that happen in one of them


def tally(seen: Counter[str], story: Story) -> None:
    """Count what a history held."""
    faults = story.world.cloud.faults.taken
    seen.update({"histories": 1, "detections": len(story.rows), "messages": len(story.sent), "faults": faults})
    seen.update(f"ended {row['outcome']}" for row in story.rows.values())
    seen.update({"redrives": sum(row.get("redrives", 0) for row in story.rows.values())})
    seen.update({"histories with receipts that came too late": bool(story.unsure)})


def machine(seen: Counter[str]) -> type[RuleBasedStateMachine]:
    """The model, counting."""

    class Counted(model.History):
        def told(self, story: Story) -> None:
            tally(seen, story)

    return Counted


def main() -> None:
    """Soak and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long (default: 10)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first round's seed (default: the time)")
    parser.add_argument("--quick", action="store_true", help="one round only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    chosen = parser.parse_args()
    seen: Counter[str] = Counter()
    began, number = time.monotonic(), chosen.seed
    profile = settings(
        max_examples=ROUND,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    while True:
        print(f"soak: seed {number}, {seen['histories']} histories so far", file=sys.stderr, flush=True)
        run_state_machine_as_test(seed(number)(machine(seen)), settings=profile)
        number += 1
        if chosen.quick or time.monotonic() - began > 60 * chosen.minutes:
            break
    figures = {**dict(sorted(seen.items())), "seconds": round(time.monotonic() - began), "first seed": chosen.seed}
    report = Report("soak", figures)
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    main()
