"""What the process asks of the system it runs on."""

from __future__ import annotations

import ctypes
import resource

_CONNECTIONS = 65_536
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of glibc's malloc.h
_LARGE_BYTES = 4 << 20


def allow_many_connections() -> None:
    """As many open connections as the system lets this process have; the usual 1,024 are soon held by idle ones."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _CONNECTIONS if hard == resource.RLIM_INFINITY else min(_CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def give_memory_back() -> None:
    """Freed blocks above 4 MB go back to the system at once. glibc would keep pieces of up to 32 MB for each thread."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
