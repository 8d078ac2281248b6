"""Ctrl-C, SIGTERM, a closed terminal or SIGKILL, at any moment: no process is left behind."""

from __future__ import annotations

import signal
from collections.abc import Callable

import psutil
import pytest

from tests.contract.local.conftest import Driver, wait_for

# Every kind of moment of a first start, in its order.
MOMENTS = [
    "postgres-init starting",
    "cloud ready",
    "postgres-init done",
    "postgres starting",
    "airflow-migrate starting",
    "airflow-api-server starting",
    "airflow-scheduler starting",
    "airflow-api-server ready",
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_while_starting_leaves_nothing(drive: Callable[..., Driver], moment: str) -> None:
    driver = drive()
    driver.read_until(moment)
    driver.process.send_signal(signal.SIGINT)
    assert driver.finish().splitlines()[-1] == "clean"
    assert driver.process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_while_deploying_interrupts_it(drive: Callable[..., Driver], number: signal.Signals) -> None:
    driver = drive(hold_deploy=True)
    seen = driver.read_until("deploying")
    assert not [line for line in seen if "scheduler" in line]
    driver.process.send_signal(number)
    assert driver.finish().splitlines()[-1] == "clean"


def test_second_ctrl_c_does_not_disturb_the_clean_up(drive: Callable[..., Driver]) -> None:
    driver = drive()
    driver.read_until("airflow-triggerer ready")
    driver.process.send_signal(signal.SIGINT)
    driver.read_until("airflow-scheduler stopping")
    for _ in range(5):
        driver.process.send_signal(signal.SIGINT)
    assert driver.finish().splitlines()[-1] == "clean"


@pytest.mark.parametrize("moment", MOMENTS[::2])
def test_killed_supervisor_leaves_nothing(
    drive: Callable[..., Driver], nothing_left: Callable[[], set[str]], moment: str
) -> None:
    driver = drive()
    driver.read_until(moment)
    driver.process.kill()
    driver.process.wait()
    wait_for(lambda: not nothing_left())


def test_start_right_after_a_kill_waits_for_the_clean_up_and_works(drive: Callable[..., Driver]) -> None:
    driver = drive()
    driver.read_until("airflow-migrate starting")
    driver.process.kill()
    driver.process.wait()
    again = drive(driver.home)
    again.read_until("airflow-triggerer ready")
    again.process.terminate()
    assert again.finish().splitlines()[-1] == "clean"


def test_supervisor_and_watchdog_killed_together_are_cleaned_up_by_the_next_start(
    drive: Callable[..., Driver],
) -> None:
    driver = drive()
    driver.read_until("airflow-triggerer ready")
    children = psutil.Process(driver.process.pid).children()
    (watchdog,) = [child for child in children if "homeward.local.watchdog" in child.cmdline()]
    driver.freeze()
    watchdog.kill()
    driver.process.kill()
    driver.process.wait()
    again = drive(driver.home)
    again.read_until("airflow-triggerer ready")
    again.process.terminate()
    assert again.finish().splitlines()[-1] == "clean"


def test_killed_watchdog_is_replaced(drive: Callable[..., Driver], nothing_left: Callable[[], set[str]]) -> None:
    driver = drive()
    driver.read_until("airflow-triggerer ready")
    supervisor = psutil.Process(driver.process.pid)

    def watchdog() -> psutil.Process | None:
        for child in supervisor.children():
            if child.status() != psutil.STATUS_ZOMBIE and "homeward.local.watchdog" in child.cmdline():
                return child
        return None

    first = wait_for(watchdog)
    assert first is not None
    first.kill()
    wait_for(lambda: (now := watchdog()) is not None and now != first)
    driver.process.kill()  # the new one must know what to end
    driver.process.wait()
    wait_for(lambda: not nothing_left())
