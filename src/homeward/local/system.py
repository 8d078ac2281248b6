"""The whole system on one machine: runs its parts and hands out how to reach them."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable
from types import TracebackType

from homeward.local.airflow import PASSWORDS
from homeward.local.airflow_api import AirflowApi
from homeward.local.composition import DEPLOYED, LocalOptions, compose
from homeward.local.credentials import load_passwords
from homeward.local.environment import Endpoints, aws_environment
from homeward.local.errors import StopFailedError
from homeward.local.home import Home, HomeLock
from homeward.local.interrupts import Interrupts
from homeward.local.part import Event, State
from homeward.local.processes import Supervisor
from homeward.local.run_record import RunRecord, RunRecorder
from homeward.local.sweep import end

__all__ = ["LocalOptions", "LocalSystem"]


class LocalSystem:
    """A context manager: inside it the system is up, after it nothing is left.

    Entering raises a LocalError when it can't be started, and KeyboardInterrupt on Ctrl-C, SIGTERM or SIGHUP; either
    way everything has been stopped by then. Events come from several threads, one at a time per part.
    """

    def __init__(self, options: LocalOptions, on_event: Callable[[Event], None] = lambda _: None) -> None:
        self.options = options
        self.endpoints = Endpoints.of(options.ports)
        self._on_event = on_event
        self._interrupts = Interrupts()
        self._lock = HomeLock(options.home)
        self._supervisor: Supervisor | None = None
        self._recorder: RunRecorder | None = None

    @property
    def aws_environment(self) -> dict[str, str]:
        """What the caller's own boto3 needs to reach the local cloud."""
        return aws_environment(self.endpoints, self.options.home)

    @property
    def passwords(self) -> dict[str, str]:
        """The password of each Airflow user."""
        return load_passwords(self.options.home.airflow / PASSWORDS)

    def airflow_api(self, user: str = "admin") -> AirflowApi:
        """A client of the running Airflow."""
        return AirflowApi(self.endpoints.airflow, user, self.passwords[user])

    # ------------------------------------------------------------------------------- start and stop

    def __enter__(self) -> LocalSystem:
        self._interrupts.install()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def wait(self) -> None:
        """Serve until a signal (KeyboardInterrupt) or until a part fails for good (PartFailedError)."""
        if self._supervisor is None:
            raise RuntimeError("the system isn't up")
        self._supervisor.wait_failure()

    def stop(self) -> None:
        """End everything; a second call does nothing."""
        self._interrupts.mute()
        try:
            if self._supervisor is not None:
                self._supervisor.stop()
                self._supervisor = None
            if self._recorder is not None:
                self._recorder.close()
        finally:
            self._lock.release()
            self._interrupts.restore()

    def _start(self) -> None:
        home, ports = self.options.home, self.options.ports
        home.prepare()
        self._lock.acquire()
        clear_leftovers(home)
        ports.check()
        if self.options.fresh:
            home.forget_cloud()
        run = secrets.token_hex(8)
        parts = compose(self.options, self.endpoints)
        recorder = RunRecorder(home.run_file, RunRecord.of(run, self.endpoints.airflow, parts, home.logs))
        self._recorder = recorder

        def note(event: Event) -> None:
            recorder.note(event)
            with contextlib.suppress(OSError):  # a terminal that was closed must not keep us from stopping in order
                self._on_event(event)

        supervisor = Supervisor(run, parts, home.logs, note, gates=[DEPLOYED], lock=self._lock.descriptor)
        self._supervisor = supervisor
        supervisor.start()
        self._deploy(supervisor)
        supervisor.wait_ready()

    def _deploy(self, supervisor: Supervisor) -> None:
        if self.options.deploy is not None:
            supervisor.wait_ready("cloud", "rekognition")
            began = time.monotonic()
            self._on_event(Event(DEPLOYED, State.STARTING))
            try:
                self.options.deploy(self.aws_environment)
            except Exception as error:
                supervisor.raise_failure(error)  # a dead cloud explains more than a refused connection
                raise
            self._on_event(Event(DEPLOYED, State.DONE, time.monotonic() - began))
        supervisor.open_gate(DEPLOYED)


def clear_leftovers(home: Home) -> None:
    """End what a run left whose supervisor and watchdog were both killed. The caller holds the folder's lock."""
    earlier = RunRecord.load(home)
    if earlier is not None:
        if not end(earlier.run):
            raise StopFailedError(f"processes of an earlier run ({earlier.run}) can't be ended: restart the machine")
        home.run_file.unlink(missing_ok=True)
