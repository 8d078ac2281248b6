"""The drawing of a state machine: every state once, apart from the others, and the path that was taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest

from homeward.domain.executions import Visit
from homeward_airflow.desk.graph import HEIGHT, WIDTH, Graph, graph
from tests.serving import ROOT

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
MACHINES = sorted(path.name for path in (ROOT / "statemachines").iterdir())


def definition(machine: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / "statemachines" / machine / f"{machine}.asl.json").read_text()))


def visited(*names: str) -> list[Visit]:
    return [Visit(name, NOW, "{}", left_at=NOW) for name in names]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_has_a_place_of_its_own(machine: str) -> None:
    drawn = graph(definition(machine), [])
    assert len({node.name for node in drawn.nodes}) == len(drawn.nodes) >= 4
    for one, other in combinations(drawn.nodes, 2):
        assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT, (one.name, other.name)
    for node in drawn.nodes:
        assert WIDTH / 2 < node.x <= drawn.width - WIDTH / 2
        assert HEIGHT / 2 < node.y <= drawn.height - HEIGHT / 2


def taken(drawn: Graph) -> int:
    return sum(line.taken for line in drawn.lines)


def test_the_path_is_marked() -> None:
    path = ("Search Faces", "Route Search", "No Candidate")
    drawn = graph(definition("detection"), visited(*path))
    assert {node.name for node in drawn.nodes if node.status} == set(path)
    assert taken(drawn) == 2


def test_a_way_after_an_error_is_drawn_when_it_was_taken() -> None:
    machine = definition("detection")
    assert not any(line.error for line in graph(machine, []).lines)
    (error,) = [line for line in graph(machine, visited("Search Faces", "Record Failure")).lines if line.error]
    assert error.taken


def test_a_state_that_was_entered_twice() -> None:
    drawn = graph(definition("detection"), visited("Search Faces", "Search Faces"))
    assert [node.times for node in drawn.nodes if node.status] == [2]


def test_a_machine_of_one_state() -> None:
    drawn = graph({"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}, [])
    assert (len(drawn.nodes), drawn.lines) == (1, ())
