"""`homeward audit show`: which story is told, and that whoever looks is in it from then on."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from homeward import bootstrap, cli
from homeward.domain.audit import audit_event
from homeward.domain.errors import InputError
from homeward.steps.record_view import RecordView
from tests.fakes import NOW, FakeLog, FakeStaff, actor_of

CASE = "namus:MP:51557"


@pytest.fixture
def staff(monkeypatch: pytest.MonkeyPatch) -> FakeStaff:
    staff = FakeStaff()
    monkeypatch.setattr(bootstrap, "staff", lambda: staff)
    return staff


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, staff: FakeStaff) -> FakeLog:
    log = FakeLog()
    monkeypatch.setattr(bootstrap, "record_view", lambda: RecordView(log, lambda: NOW))
    monkeypatch.setenv("COLUMNS", "200")
    return log


@pytest.mark.parametrize(
    ("asked", "subject", "case"),
    [
        (CASE, "detection:gate-1", CASE),
        (f"case:{CASE}", f"case:{CASE}", CASE),
        ("gate-1-20261122T211500-0f3a", "detection:gate-1-20261122T211500-0f3a", None),
        ("detection:gate-1", "detection:gate-1", None),
        ("frame:gate-1", "frame:gate-1", None),
        ("picture:b/a:b.jpg", "picture:b/a:b.jpg", None),
        ("policy:floor-3", "policy:floor-3", None),
        (f"photo:{CASE}:1:0f3a", f"photo:{CASE}:1:0f3a", None),
    ],
)
def test_a_story_is_told_and_the_view_recorded(log: FakeLog, asked: str, subject: str, case: str | None) -> None:
    log.append(audit_event(NOW, "test", "what_happened", subject, "DONE", case=case))
    log.append(audit_event(NOW, "test", "something_else", "run:1", "DONE"))
    shown = CliRunner().invoke(cli.app, ["audit", "--aws", "show", asked, "--by", "kim"], terminal_width=200)
    assert shown.exit_code == 0, shown.output
    assert "what_happened" in shown.output
    assert "something_else" not in shown.output
    view = log.events[-1]
    assert (view.actor, view.action, view.outcome, view.case) == (actor_of("kim"), "view_audit", "SHOWN", case)


def test_names_are_shown_until_they_are_forgotten_and_never_recorded(log: FakeLog) -> None:
    log.append(audit_event(NOW, actor_of("Kim Example"), "answer_review", "detection:gate-1", "CONFIRMED"))
    ask = ["audit", "--aws", "show", "gate-1", "--by"]
    assert CliRunner().invoke(cli.app, [*ask, "  kim  EXAMPLE "]).exit_code == 0
    assert "EXAMPLE" in CliRunner().invoke(cli.app, [*ask, "Alex"]).output
    assert CliRunner().invoke(cli.app, ["audit", "--aws", "forget", "Kim Example"]).output == "forgotten\n"
    shown = CliRunner().invoke(cli.app, [*ask, "Alex"]).output
    assert actor_of("Kim Example") in shown
    assert CliRunner().invoke(cli.app, ["audit", "--aws", "forget", "Kim Example"]).exit_code == 2
    assert not any("example" in repr(event).casefold() for event in log.events)


def test_a_search_for_nobody_is_recorded_too(log: FakeLog) -> None:
    shown = CliRunner().invoke(cli.app, ["audit", "--aws", "show", CASE, "--by", "kim"])
    assert shown.exit_code == 2
    (view,) = log.events
    assert (view.subject, view.case, view.outcome) == (f"case:{CASE}", CASE, "NOTHING")


@pytest.mark.parametrize("asked", ["", "x" * 1201, "namus:MP", "cousin:1", "case:gate-1"])
def test_what_is_no_subject_is_refused(log: FakeLog, asked: str) -> None:
    shown = CliRunner().invoke(cli.app, ["audit", "--aws", "show", asked, "--by", "kim"])
    assert isinstance(shown.exception, InputError)
    assert log.events == []


def test_nobody_looks_without_a_name(log: FakeLog) -> None:
    shown = CliRunner().invoke(cli.app, ["audit", "--aws", "show", CASE, "--by", " "])
    assert isinstance(shown.exception, InputError)
    assert log.events == []
