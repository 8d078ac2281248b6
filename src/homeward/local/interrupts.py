"""Ctrl-C, `kill` and a closed terminal all end the system the same way, at any moment."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While installed, each of the signals raises KeyboardInterrupt in the main thread, until `mute`.

    SIGINT is set explicitly too: a program that a script starts in the background inherits it ignored.
    """

    def __init__(self) -> None:
        self._muted = False
        self._before: dict[signal.Signals, Any] = {}

    def install(self) -> None:
        """Take the signals over; does nothing outside the main thread (only that one may)."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._handle) for number in SIGNALS}

    def mute(self) -> None:
        """From now on the clean-up runs undisturbed."""
        self._muted = True

    def restore(self) -> None:
        """Give the signals back."""
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if not self._muted:
            raise KeyboardInterrupt(signal.Signals(number).name)
