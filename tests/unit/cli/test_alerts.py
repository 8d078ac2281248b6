"""`homeward alert` and `homeward review`, over stores in memory."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from homeward import bootstrap, cli
from homeward.steps.record_view import RecordView
from tests.factories import case, case_key
from tests.factories.desk import Desk
from tests.fakes import FakeStaff, actor_of


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    desk.cases.held[case_key(2)] = case(2)
    names = ("alerts", "detections", "reviews")
    steps = {"answer_review": desk.answer, "retract_alert": desk.retract, "mark_look_alike": desk.mark_look_alike}
    steps["staff"] = FakeStaff()
    steps["record_view"] = RecordView(desk.audit, lambda: desk.now)
    for name, made in {**{name: getattr(desk, name) for name in names}, **steps}.items():
        monkeypatch.setattr(bootstrap, name, lambda made=made: made)
    monkeypatch.setenv("COLUMNS", "200")
    return desk


def homeward(*arguments: str) -> Result:
    group, *rest = arguments
    return CliRunner().invoke(cli.app, [group, "--aws", *rest])


def test_an_alert_is_shown_with_what_was_counted_to_it(desk: Desk) -> None:
    first, second = desk.sent("1"), desk.assessed("2")
    desk.reserve(second)
    shown = homeward("alert", "show", desk.id(first), "--by", "Robin Example")
    assert shown.exit_code == 0, shown.output
    view = desk.tables.events[-1]
    assert (view.actor, view.action, view.case) == (
        actor_of("Robin Example"),
        "view_alert",
        "namus:MP:51557",
    )
    assert "namus:MP:51557 at central-station: 1 further sightings" in shown.output
    for said in (desk.id(first), desk.id(second), "SENT", "DUPLICATE", "97.0"):
        assert said in shown.output


def test_an_alert_is_taken_back(desk: Desk) -> None:
    event = desk.sent()
    done = homeward("alert", "retract", desk.id(event), "--reason", "WRONG_PERSON", "--by", "Alex Example")
    assert done.exit_code == 0, done.output
    assert desk.history(event)["state"] == "RETRACTED"
    assert homeward("alert", "retract", desk.id(event), "--reason", "BECAUSE").exit_code == 2


def test_two_people_answer_and_one_marks_a_look_alike(desk: Desk) -> None:
    event = desk.assessed(verdict="REVIEW", reviewers=2)
    event |= desk.reserve(event)
    desk.request_review({**event, "token": "t1"})
    assert "0 of 2" in homeward("review", "list").output
    first = homeward("review", "confirm", desk.id(event), "--by", "Alex Example", "--look-alike", "namus:MP:2")
    assert "somebody else must look as well" in first.output
    assert "look-alikes: namus:MP:51557, namus:MP:2" in first.output
    assert desk.look_alikes.of(case_key()) == {case_key(2)}
    assert "1 of 2" in homeward("review", "list", "--by", "Kim Example").output
    assert desk.tables.events[-1].actor == actor_of("Kim Example")
    second = homeward("review", "confirm", desk.id(event), "--by", "Robin Example")
    assert second.output.startswith("CONFIRMED")


def test_cases_are_marked(desk: Desk) -> None:
    why = ("--by", "Alex Example", "--why", "brothers")
    assert homeward("alert", "look-alike", "namus:MP:51557", "namus:MP:2", *why).exit_code == 0
    assert desk.look_alikes.of(case_key(2)) == {case_key()}
