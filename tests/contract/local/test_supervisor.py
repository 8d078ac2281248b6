"""The supervisor with small real programs."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from homeward.local import child
from homeward.local.errors import NotInstalledError, PartFailedError
from homeward.local.health import printed_ready
from homeward.local.part import Event, Part, State
from homeward.local.processes import Supervisor
from tests.contract.local.conftest import python, wait_for

pytestmark = pytest.mark.usefixtures("nothing_left")
SERVE = python("import signal; print('ready http://x', flush=True); signal.pause()")


class Run:
    """A supervisor and what it reported."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.events: list[Event] = []
        self.supervisor: Supervisor | None = None

    def __call__(self, *parts: Part, gates: tuple[str, ...] = ()) -> Supervisor:
        self.supervisor = Supervisor(f"test-{os.getpid()}", parts, self.logs, self.events.append, gates)
        self.supervisor.start()
        return self.supervisor

    def seen(self) -> list[str]:
        return [f"{event.part} {event.state}" for event in self.events]

    def pid(self, name: str) -> int:
        assert self.supervisor is not None
        pid = self.supervisor.parts[name].pid
        assert pid is not None
        return pid


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path)
    yield run
    if run.supervisor is not None:
        run.supervisor.stop()


def part(name: str, command: tuple[str, ...] = SERVE, *, serve: bool = True, **more: object) -> Part:
    ready = {"ready": printed_ready} if serve else {}
    return Part(name, command, environment={"PATH": os.environ["PATH"]}, **{**ready, **more})  # type: ignore[arg-type]


def test_parts_start_after_what_they_need_and_stop_before_it(run: Run) -> None:
    first = part("first", python("print('done')"), serve=False, once=True)
    supervisor = run(part("third", after=("second",)), part("second", after=("first",)), first)
    supervisor.wait_ready()
    supervisor.stop()
    assert run.seen() == [
        *("first starting", "first done", "second starting", "second ready", "third starting", "third ready"),
        *("third stopping", "third stopped", "second stopping", "second stopped"),
    ]


def test_a_gate_holds_parts_back_until_it_opens(run: Run) -> None:
    supervisor = run(part("free"), part("held", after=("gate",)), gates=("gate",))
    supervisor.wait_ready("free")
    assert "held starting" not in run.seen()
    supervisor.open_gate("gate")
    supervisor.wait_ready("held")


def test_unknown_need_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="nobody"):
        run(part("a", after=("nobody",)))


def test_failed_job_is_told_with_its_last_words_and_its_log(run: Run) -> None:
    job = part("job", python("import sys; sys.exit('no face in anna/photo-1.jpg')"), serve=False, once=True)
    supervisor = run(job, part("next", after=("job",)))
    with pytest.raises(PartFailedError) as caught:
        supervisor.wait_ready()
    assert str(caught.value) == (f"job ended with code 1: no face in anna/photo-1.jpg (log: {run.logs / 'job.log'})")
    assert "next starting" not in run.seen()


def test_missing_program_is_told(run: Run) -> None:
    with pytest.raises(NotInstalledError, match=r"ghost can't be started: .*no/such/program"):
        run(part("ghost", ("/no/such/program",))).wait_ready()


def test_part_that_never_gets_ready_is_given_up(run: Run) -> None:
    mute = part("mute", python("import signal; signal.pause()"), deadline=0.3)
    with pytest.raises(PartFailedError, match="mute wasn't ready within 0 s: it logged nothing"):
        run(mute).wait_ready()


def test_crashed_part_is_restarted(run: Run) -> None:
    supervisor = run(part("server"))
    supervisor.wait_ready()
    first = run.pid("server")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: run.seen().count("server ready") == 2)
    assert run.pid("server") != first
    told = [event.detail for event in run.events if event.state is State.RESTARTING]
    assert told[0] == "was killed by SIGKILL"


def test_ready_line_of_the_crashed_process_does_not_count_for_the_next(run: Run, tmp_path: Path) -> None:
    marker = tmp_path / "second"
    command = python(f"""
        import pathlib, signal
        if not pathlib.Path({str(marker)!r}).exists():
            print("ready http://x", flush=True)
        signal.pause()
    """)
    supervisor = run(part("server", command, deadline=1))
    supervisor.wait_ready()
    marker.touch()
    os.kill(run.pid("server"), signal.SIGKILL)
    with pytest.raises(PartFailedError, match="wasn't ready"):
        supervisor.wait_failure()


def test_part_that_keeps_crashing_ends_everything(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(child, "CHECK_EVERY", 0.0)
    crash = python(
        "import time; print('ready http://x', flush=True); time.sleep(0.4); raise SystemExit('disk is gone')"
    )
    with pytest.raises(PartFailedError, match=r"server crashed 6 times in a minute.*disk is gone.*server\.log"):
        run(part("server", crash), part("other")).wait_failure()
    assert run.seen().count("server starting") == 1


ESCAPE = python("""
    import os, signal, subprocess, sys
    child = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    subprocess.Popen([sys.executable, "-c", child], start_new_session=True, env={})  # unmarked, but our child
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:  # a daemon: marked, but an orphan in a session of its own
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.pause()
        os._exit(0)
    print("ready http://x", flush=True)
    signal.pause()
""")


def test_children_that_escaped_their_session_end_too(run: Run) -> None:
    supervisor = run(part("escape", ESCAPE))
    supervisor.wait_ready()
    root = psutil.Process(run.pid("escape"))
    wait_for(lambda: any(map(_ignores_sigterm, root.children())))
    wait_for(lambda: any(_ignores_sigterm(orphan) for orphan in psutil.Process().children() if orphan != root))
    supervisor.stop()  # the oracle of `nothing_left` does the rest


def _ignores_sigterm(process: psutil.Process) -> bool:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    (mask,) = [line.split()[1] for line in lines if line.startswith("SigIgn:")]
    return bool(int(mask, 16) >> (signal.SIGTERM - 1) & 1)


def test_what_a_crashed_part_leaves_ends_before_its_restart(run: Run) -> None:
    command = python("""
        import os, signal
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        else:
            print("ready http://x", flush=True)
        signal.pause()
    """)
    supervisor = run(part("server", command))
    supervisor.wait_ready()
    root = psutil.Process(run.pid("server"))
    (left,) = root.children()
    root.kill()
    wait_for(lambda: "server restarting" in run.seen())
    assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE


def test_part_that_ignores_the_stop_signal_is_killed_after_its_grace(run: Run) -> None:
    stubborn = python("""
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready http://x", flush=True)
        while True:
            signal.pause()
    """)
    supervisor = run(part("stubborn", stubborn, grace=0.3))
    supervisor.wait_ready()
    supervisor.stop()
    assert run.events[-1].state is State.STOPPED
    assert 0.3 <= run.events[-1].seconds < 5


def test_stopping_twice_and_before_anything_started_is_harmless(run: Run) -> None:
    supervisor = run(part("held", after=("gate",)), gates=("gate",))
    supervisor.stop()
    supervisor.stop()
    assert run.seen() == []


def test_the_log_of_the_last_run_is_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "server.log").write_text("what happened yesterday")
    run(part("server")).wait_ready()
    assert (tmp_path / "server.log").read_text() == "ready http://x\n"
    assert (tmp_path / "server.log.1").read_text() == "what happened yesterday"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # that is what happens here
def test_a_report_that_fails_does_not_hang_the_caller(tmp_path: Path) -> None:
    def broken(_: Event) -> None:
        raise ZeroDivisionError("in the report")

    supervisor = Supervisor("test-broken", [part("server")], tmp_path, broken)
    supervisor.start()
    with pytest.raises(PartFailedError, match="defect"):
        supervisor.wait_ready()
    supervisor.parts["server"]._emit = lambda _: None
    supervisor.stop()
