"""`up`, `status` and `down` on a system of small programs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from homeward.local.commands import Condition, down, status, up_detached
from homeward.local.errors import PartFailedError
from homeward.local.home import Home
from homeward.local.run_record import RunRecord
from tests.contract.local.conftest import DRIVER, Driver, free_port, wait_for

Drive = Callable[..., Driver]


def test_up_status_down(drive: Drive) -> None:
    driver = drive()
    home = Home(driver.home)
    assert status(home).condition is Condition.DOWN
    seen = driver.read_until("airflow-triggerer ready")
    ready = driver.read_until(f"ready {_address(home)}")
    assert seen.index("deploying") < seen.index("airflow-scheduler starting")
    assert [line for line in seen + ready if line.startswith("ready")] == [f"ready {_address(home)}"]

    up = status(home)
    assert up.condition is Condition.UP
    rows = {row.part: row for row in up.rows}
    assert rows["supervisor"].pid == driver.process.pid
    assert rows["postgres-init"].state == "done"
    assert psutil.pid_exists(rows["namus"].pid or 0)
    assert rows["cloud"].address.startswith("http://127.0.0.1:")
    assert 0 <= (rows["cloud"].uptime or -1) < 60

    assert down(home) is True
    assert driver.finish().splitlines()[-1] == "clean"
    assert driver.process.returncode == 0
    assert not home.run_file.exists()
    assert status(home).condition is Condition.DOWN
    assert down(home) is False


def _address(home: Home) -> str:
    record = RunRecord.load(home)
    assert record is not None
    return record.address


def test_second_up_says_who_runs_and_disturbs_nothing(drive: Drive) -> None:
    first = drive()
    first.read_until("airflow-triggerer ready")
    second = drive(first.home)
    output = second.finish()
    assert second.process.returncode == 2
    assert f"is running already (pid {first.process.pid} at http://127.0.0.1:" in output
    assert "homeward down" in output
    assert status(Home(first.home)).condition is Condition.UP


def test_status_shows_a_part_that_is_broken_until_it_is_restarted(drive: Drive) -> None:
    driver = drive()
    driver.read_until("airflow-triggerer ready")
    home = Home(driver.home)
    (namus,) = [row for row in status(home).rows if row.part == "namus"]
    os.kill(namus.pid or 0, signal.SIGKILL)
    wait_for(lambda: status(home).condition is Condition.BROKEN)
    wait_for(lambda: status(home).condition is Condition.UP)
    (again,) = [row for row in status(home).rows if row.part == "namus"]
    assert again.pid != namus.pid


def test_a_taken_port_stops_the_start_with_one_line(drive: Drive, state: Path) -> None:
    first = drive()
    first.read_until("airflow-triggerer ready")
    second = drive(state.with_name("other"))  # another folder, the same ports
    *_, last = second.finish().splitlines()
    assert last.startswith("error port ")
    assert "--cloud-port" in last
    assert second.process.returncode == 2


def test_down_gets_the_better_of_a_supervisor_that_hangs(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeward.local.commands.STOP_PATIENCE", 0.5)
    driver = drive()
    driver.read_until("airflow-triggerer ready")
    driver.freeze()
    assert down(Home(driver.home)) is True
    assert driver.process.wait(timeout=10) == -signal.SIGKILL


def test_down_cleans_up_after_supervisor_and_watchdog_were_killed(drive: Drive) -> None:
    driver = drive()
    driver.read_until("airflow-triggerer ready")
    home = Home(driver.home)
    driver.freeze()
    for child in psutil.Process(driver.process.pid).children():
        if "homeward.local.watchdog" in child.cmdline():
            child.kill()
    driver.process.kill()
    driver.process.wait()
    assert status(home).condition is Condition.DOWN
    assert down(home) is False
    assert not home.run_file.exists()  # and `nothing_left` looks for processes


@pytest.mark.usefixtures("nothing_left")
def test_detached_up_returns_when_ready_and_goes_on(
    state: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLD_DEPLOY", "")
    home = Home(state)
    arguments = [str(state), str(checkout), *(str(free_port()) for _ in range(5))]
    line = up_detached([sys.executable, str(DRIVER), *arguments], home)
    assert line == f"ready {_address(home)}"
    assert status(home).condition is Condition.UP
    assert "airflow-triggerer ready" in (home.logs / "up.log").read_text()
    assert down(home) is True


def test_detached_up_that_fails_tells_its_last_words(state: Path) -> None:
    with pytest.raises(PartFailedError, match=r"no room for it \(log: .*up\.log\)"):
        up_detached([sys.executable, "-c", "raise SystemExit('no room for it')"], Home(state))


def test_a_closed_terminal_does_not_disturb_the_order_of_stopping(drive: Drive) -> None:
    driver = drive()
    driver.read_until("airflow-triggerer ready")
    assert driver.process.stdout is not None
    driver.process.stdout.close()
    driver.process.send_signal(signal.SIGHUP)
    driver.process.wait(timeout=20)
    log = (driver.home / "logs" / "postgres.log").read_text()
    assert "received fast shutdown request" in log
    assert not (driver.home / "run.json").exists()
