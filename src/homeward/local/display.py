"""What the demo shows: progress while it works, then faces, the alert, and where to look."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from homeward.domain.alerts import shown
from homeward.local.part import Event, State
from homeward.local.playback import Face

_ENDED = (State.READY, State.DONE)


class Steps:
    """One progress line per step; without a terminal a plain line when a step starts or ends, and every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}
        self._finished: set[str] = set()
        self._said = time.monotonic()
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Steps:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Draw no more; the caller prints something else now."""
        self._progress.stop()

    def update(self, name: str, done: int, total: int | None, note: str = "") -> None:
        """Show a step at `done` of `total` (None: not known yet)."""
        with self._lock:
            new = name not in self._tasks
            if new:
                self._tasks[name] = self._progress.add_task(name, total=None, note="")
                self._began[name] = time.monotonic()
            finished = total is not None and done >= total and name not in self._finished
            if finished:
                self._finished.add(name)
            self._progress.update(self._tasks[name], completed=done, total=total, note=note)
            if not self._console.is_terminal and (new or finished or time.monotonic() - self._said > 10):
                self._say(name, done, total, note, finished)

    def _say(self, name: str, done: int, total: int | None, note: str, finished: bool) -> None:
        took = time.monotonic() - self._began[name]
        state = f"done in {took:.1f} s" if finished else f"{done}/{total or '?'} {note}".rstrip()
        self._console.print(f"{name}: {state}", highlight=False)
        self._said = time.monotonic()

    def part(self, event: Event) -> None:
        """Show a part of the local system."""
        ended = event.state in _ENDED
        if event.state in (State.STARTING, *_ENDED, State.RESTARTING, State.FAILED):
            self.update(f"start {event.part}", int(ended), 1, "" if ended else f"{event.state} {event.detail}".strip())


def faces_table(faces: list[Face]) -> Table:
    """One row per face: frame, best case, similarity, decision and reasons."""
    table = Table("frame", "face at", "best case", "similarity", "decision", "outcome", "reasons", title="Faces")
    for column in table.columns[:1] + table.columns[3:6]:
        column.no_wrap = True
    colours = {"ALERTED": "bold red", "IN_REVIEW": "yellow", "DUPLICATE": "cyan"}
    for face in faces:
        row = face.to_json()
        who = f"{row['case']} {face.name or ''}".strip() if row["case"] else "-"
        similarity = shown(row["similarity"]) if row["similarity"] is not None else "-"
        x, y, width, height = face.box[:4]
        cells = (row["frame"], f"{x},{y} {width}x{height}", who, similarity, row["decision"] or "-", row["outcome"])
        table.add_row(*cells, ", ".join(row["reasons"]), style=colours.get(row["outcome"], ""))
    return table


def alert_panel(face: Face, message: str, story: list[str]) -> Panel:
    """The alert: who, how sure, where, why, under which policy; then what the audit trail says."""
    row = face.to_json()
    lines = [
        f"[bold]{face.name}[/bold], case {row['case']}",
        f"similarity {shown(row['similarity'])}; alert from {row['thresholds']['alert']:.1f}, review from "
        f"{row['thresholds']['review']:.1f} (recorded group: {row['group']})",
        f"at {row['place']}, {row['captured_at']}, frame {row['frame']}",
        f"because {', '.join(row['reasons'])}, under policy {row['policy_version']}",
        "",
        f"SMS: {message}",
        "",
        *story,
    ]
    return Panel("\n".join(lines), title="ALERT: a lead, not an identification", border_style="red")


def sync_lines(report: dict[str, dict[str, object]]) -> list[str]:
    """What the sync did, a line each."""
    names = ("cases", "photos", "index")
    return [
        f"{name}: {', '.join(f'{what} {count}' for what, count in (report.get(name) or {}).items())}" for name in names
    ]
