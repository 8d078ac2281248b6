"""Sharing one piece of work with the machine's other cores, as far as they are free."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Piece = TypeVar("_Piece")

_HELPERS = len(os.sched_getaffinity(0)) - 1
_pool = ThreadPoolExecutor(max(1, _HELPERS), thread_name_prefix="crew")


def do(work: Callable[[_Piece], None], pieces: Sequence[_Piece]) -> None:
    """Do `work`, which leaves Python's lock free for most of its time, on every piece.

    The caller takes pieces itself until none is left, and waits for nobody who hasn't begun: on a busy machine nothing
    is slower than without help. Raises what `work` raises.
    """
    left = iter(pieces)  # several threads take from it

    def take() -> None:
        for piece in left:
            work(piece)

    helpers = [_pool.submit(take) for _ in range(min(_HELPERS, len(pieces) - 1))]
    take()
    for helper in helpers:
        if not helper.cancel():
            helper.result()
