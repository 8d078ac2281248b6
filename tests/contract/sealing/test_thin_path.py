"""Seal an hour of the deployed log; verify a copy of it offline, through the command."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeward import bootstrap
from homeward.adapters.signing import KmsSigner
from homeward.domain import audit_format as form
from homeward.domain.audit import audit_event
from homeward.settings import Settings
from homeward.verifier.signatures import pem
from tests.contract.sealing.conftest import Office


def homeward(*words: str | Path, with_aws: bool = False) -> subprocess.CompletedProcess[str]:
    """The command, in a world without AWS unless it is said."""
    environment = {name: value for name, value in os.environ.items() if with_aws or not name.startswith("AWS_")}
    command = [sys.executable, "-m", "homeward.cli", "audit", "--aws", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_an_hour_is_sealed_and_verified_offline(office: Office, tmp_path: Path) -> None:
    events = [office.write(minutes) for minutes in (1, 2, 59)]
    done = office.seal(office.at(75))
    assert done == {"hours": 1, "first": "2026-03-01T10", "last": "2026-03-01T10", "events": 3, "late": {}}
    folder, key = office.copy(tmp_path / "copy"), tmp_path / "key.pem"
    key.write_text(pem(KmsSigner(office.key).public_key()))
    verified = homeward("verify", "--folder", folder, "--public-key", key)
    assert verified.returncode == 0, verified
    assert "whole: 1 hours (2026-03-01T10 to 2026-03-01T10), 3 events" in verified.stdout
    proof = tmp_path / "proof.json"
    proof.write_text(homeward("prove", events[1].event_id, "--folder", folder, "--public-key", key).stdout)
    proved = homeward("check-proof", proof, "--public-key", key)
    assert proved.returncode == 0, proved
    assert events[1].event_id in proved.stdout
    file = folder / "audit/2026/03/01/10.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"n":1', b'"n":7'))
    verified = homeward("verify", "--folder", folder, "--public-key", key)
    assert verified.returncode == 1
    assert f"altered: 2026-03-01T10 audit/2026/03/01/10.jsonl line 2 event {events[1].event_id}" in verified.stdout


def test_the_deployed_log_through_the_command(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_STACK", "sealing")
    bootstrap.settings.cache_clear()
    at = datetime.now(UTC) - timedelta(hours=3)
    event = audit_event(at, "person:ann", "looked_at", "case:namus:MP:1", "DONE")
    bootstrap.audit_log().append(event)
    unsealed = homeward("verify", with_aws=True)
    assert unsealed.returncode == 0, "the bucket was made this hour"
    assert "nothing had to be sealed yet" in unsealed.stdout
    asked_for = homeward("verify", "--to", form.hour_of(at), with_aws=True)
    assert asked_for.returncode == 1
    assert "there is no digest at all: nothing was sealed, or all was taken away" in asked_for.stdout
    bootstrap.seal_hours()(datetime.now(UTC))
    verified = homeward("verify", with_aws=True)
    assert verified.returncode == 0, verified
    assert f"({form.hour_of(at)} to " in verified.stdout
    proof, key = tmp_path / "proof.json", tmp_path / "key.pem"
    proof.write_text(homeward("prove", event.event_id, with_aws=True).stdout)
    key.write_text(homeward("public-key", with_aws=True).stdout)
    proved = homeward("check-proof", proof, "--public-key", key)
    assert proved.returncode == 0, proved
    bootstrap.settings.cache_clear()
