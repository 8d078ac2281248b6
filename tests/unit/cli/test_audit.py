"""`homeward audit show`: which story is told."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from homeward import bootstrap, cli
from homeward.domain.audit import AuditEvent, audit_event
from tests.fakes import NOW


class Log:
    """An audit log with one event per way to ask."""

    def story(self, subject: str) -> list[AuditEvent]:
        return [audit_event(NOW, "test", "story", subject, "TOLD")]

    def story_of_case(self, case: str) -> list[AuditEvent]:
        return [audit_event(NOW, "test", "story_of_case", case, "TOLD")]


@pytest.mark.parametrize(
    ("asked", "action", "subject"),
    [
        ("namus:MP:51557", "story_of_case", "namus:MP:51557"),
        ("gate-1-20261122T211500-0f3a", "story", "detection:gate-1-20261122T211500-0f3a"),
        ("frame:gate-1", "story", "frame:gate-1"),
        ("picture:b/a:b.jpg", "story", "picture:b/a:b.jpg"),
    ],
)
def test_what_is_asked_for(monkeypatch: pytest.MonkeyPatch, asked: str, action: str, subject: str) -> None:
    monkeypatch.setattr(bootstrap, "audit_log", Log)
    monkeypatch.setenv("COLUMNS", "200")
    shown = CliRunner().invoke(cli.app, ["audit", "--aws", "show", asked], terminal_width=200)
    assert shown.exit_code == 0, shown.output
    assert action in shown.output
    assert subject in shown.output
