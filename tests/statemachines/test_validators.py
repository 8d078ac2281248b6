"""Judges that aren't ours have nothing to say of the machines, and notice when one is broken."""

from __future__ import annotations

import pytest

from tests.statemachines.broken import ALL, MACHINES, whole
from tests.statemachines.validators import JUDGES, READS

LEFT_TO_AWS = [one.name for one in ALL if not set(one.found_by) & set(JUDGES)]
"""Mistakes that no judge here finds; `tests/aws/test_machines.py` asks AWS's own validator about them."""


@pytest.mark.parametrize("judge", JUDGES)
def test_the_machines_are_right(judge: str) -> None:
    machines = {name: whole(name) for name in READS.get(judge, MACHINES)}
    assert JUDGES[judge](machines) == {name: set() for name in machines}


@pytest.mark.parametrize("judge", JUDGES)
def test_what_is_broken_is_found(judge: str) -> None:
    known = [one for one in ALL if judge in one.found_by]
    assert {one.machine for one in known} <= set(READS.get(judge, MACHINES))
    said = JUDGES[judge]({one.name: one.definition() for one in known})
    assert [name for name, problems in said.items() if not problems] == []


def test_most_mistakes_are_found_and_each_has_a_name() -> None:
    assert len({one.name for one in ALL}) == len(ALL)
    assert len(LEFT_TO_AWS) < len(ALL) / 10
