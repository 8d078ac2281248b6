"""A sealing process that is killed, or held up, at any moment: the log ends whole, with every event in it once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homeward.adapters.aws import client
from homeward.adapters.signing import KmsSigner
from homeward.domain import audit_format as form
from homeward.settings import Settings
from homeward.verifier.signatures import pem
from tests.contract.sealing.conftest import BEGIN, Office, new_office
from tests.serving import ROOT

HISTORIES, DEATHS, STALLS = 10, 3, 8
BEFORE, HOURS = form.next_hour(form.hour_of(BEGIN), -1), 6
DUE = HOURS * 60 + 15  # minutes after BEGIN
NEVER = 10**9
LARGE = "detection:" + "x" * 100_000  # a file of such events leaves in many pieces
NOTHING: dict[str, Any] = {"hours": 0, "first": None, "last": None, "events": 0, "late": {}}


def begin(office: Office, moment: int = NEVER, number: signal.Signals = signal.SIGKILL) -> subprocess.Popen[str]:
    """Start a process that seals, and gets a signal at one of its moments."""
    words = (office.table, office.bucket, office.key, office.now.isoformat(), str(int(number)), str(moment))
    command = [sys.executable, "-m", "tests.contract.sealing.dying", *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> dict[str, Any] | None:
    """What it said at its end; None when it was killed."""
    said, errors = process.communicate(timeout=60)
    if process.returncode == -signal.SIGKILL:
        return None
    assert process.returncode == 0, errors
    return dict(json.loads(said))


def busy(settings: Settings) -> Office:
    """One hour is sealed and got a late event since; six are due, one of them empty, two with files of many pieces."""
    office = new_office(settings)
    office.write(-59)
    office.seal(office.at(15))
    office.write(-30)
    for hour, events in enumerate((3, 0, 1, 4, 2, 1)):
        for event in range(events):
            office.write(60 * hour + event, LARGE if events in (4, 2) else "case:namus:MP:1")
    office.at(DUE)
    return office


def versions(office: Office) -> list[tuple[str, str]]:
    """Every version of every file; none is marked as deleted."""
    listed = client("s3").list_object_versions(Bucket=office.bucket)
    assert not listed["IsTruncated"]
    assert "DeleteMarkers" not in listed
    return [(one["Key"], one["VersionId"]) for one in listed["Versions"]]


def check(office: Office, folder: Path) -> None:
    """The verifier by itself finds a copy whole; every event that was written is in one file, once."""
    copy, key = office.copy(folder / "copy"), folder / "key.pem"
    key.write_text(pem(KmsSigner(office.key).public_key()))
    last = form.last_due(office.now)
    command = [sys.executable, "-m", "homeward.verifier", str(copy), "--public-key", str(key)]
    command += ["--from", BEFORE, "--to", last]
    done = subprocess.run(command, cwd=ROOT / "src", env={}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    lines = (line for file in copy.rglob("*.jsonl") for line in file.read_bytes().splitlines())
    assert Counter(json.loads(line)["event_id"] for line in lines) == Counter(one.event_id for one in office.written)
    names = [name for name, _ in versions(office)]
    assert len(names) == len(set(names)), "a file was written twice"


def finish(office: Office, folder: Path) -> None:
    """The next hour is sealed as well, with what came late; then nothing is left to do."""
    office.seal(office.at(DUE + 60))
    check(office, folder)
    before = versions(office)
    assert office.seal(office.now) == NOTHING
    assert versions(office) == before


@pytest.fixture(scope="module")
def moments(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many moments there are when nobody disturbs."""
    office = busy(settings)
    said = end(begin(office))
    assert said is not None
    assert said["sealed"]["hours"] == HOURS
    assert said["sealed"]["late"] == {BEFORE: 1}
    check(office, tmp_path_factory.mktemp("undisturbed"))
    return int(said["moments"])


@pytest.mark.parametrize("number", range(HISTORIES))
def test_killed_again_and_again(settings: Settings, moments: int, number: int, tmp_path: Path) -> None:
    """Events go on coming between two deaths, to hours that may be sealed, half sealed, or neither."""
    dice, office = random.Random(20261125 + number), busy(settings)
    died = []
    for _ in range(DEATHS):
        moment = dice.randrange(moments)
        if end(begin(office, moment)) is None:
            died.append(moment)
        office.write(dice.uniform(-60, 60 * HOURS))
    print("died at moments", died, "of", moments)  # shown when it fails
    assert died
    office.seal(office.now)
    finish(office, tmp_path)


@pytest.mark.parametrize("number", range(STALLS))
def test_held_up_while_another_one_seals(settings: Settings, moments: int, number: int, tmp_path: Path) -> None:
    """As when a machine hangs: it goes on where it was, after more of the hours, or all, are done."""
    dice, office = random.Random(20261126 + number), busy(settings)
    stalled = begin(office, dice.randrange(moments), signal.SIGSTOP)
    try:
        _, status = os.waitpid(stalled.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        office.write(dice.uniform(-60, 60 * HOURS))
        office.seal(BEGIN + timedelta(minutes=15 + 60 * dice.randint(1, HOURS)))
    finally:
        stalled.send_signal(signal.SIGCONT)
    end(stalled)
    finish(office, tmp_path)
