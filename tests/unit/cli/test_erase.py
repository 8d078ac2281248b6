"""`homeward erase`: what it asks for, and what it says of the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from homeward import bootstrap, cli
from homeward.domain.erasures import Confirmation, Erasure, ErasureState, Target
from tests.fakes import NOW, FakeStaff

KEY = "namus:MP:51557"
PENDING = Erasure(Target.parse(KEY), NOW, "person:ann", "why", problems={"faces": "ThrottledError: slow down"})
DONE = replace(PENDING, state=ErasureState.DONE, problems={}, confirmed={"faces": Confirmation("2026-11-22", 3)})


def run(monkeypatch: pytest.MonkeyPatch, answer: Erasure, *options: str) -> tuple[Result, list[Any]]:
    asked: list[Any] = []

    class Step:
        def __call__(self, target: Target) -> Erasure:
            asked.append(target)
            return answer

        def preview(self, target: Target) -> dict[str, int]:
            return {"faces": 2}

    monkeypatch.setattr(bootstrap, "request_erasure", lambda: lambda *terms: asked.append(terms))
    monkeypatch.setattr(bootstrap, "erase_record", lambda actor: Step())
    monkeypatch.setattr(bootstrap, "staff", FakeStaff)
    command = ["erase", "--aws", KEY, "--reason", "found", "--by", "ann", *options]
    return CliRunner().invoke(cli.app, command, terminal_width=200), asked


def test_the_request_is_noted_first(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, asked = run(monkeypatch, DONE)
    assert asked == [(Target.parse(KEY), FakeStaff().id_of("ann"), "found"), Target.parse(KEY)]
    assert shown.exit_code == 0, shown.output
    assert "DONE" in shown.output


def test_what_is_left_is_told_and_the_exit_code_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _ = run(monkeypatch, PENDING)
    assert shown.exit_code == 1
    assert "ThrottledError" in shown.output


def test_a_dry_run_only_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, asked = run(monkeypatch, DONE, "--dry-run")
    assert asked == []
    assert shown.exit_code == 0
    assert "faces" in shown.output


def test_a_reason_is_needed() -> None:
    assert CliRunner().invoke(cli.app, ["erase", "--aws", KEY]).exit_code == 2
