"""The server process: corrected MiniStack behind Hypercorn. Started by `python -m standins.cloud`."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Callable
from typing import IO, NoReturn

from standins.cloud import corrections
from standins.cloud.patching import check_version
from standins.cloud.settings import HOST, CloudError, Settings

MINIMUM_FREE_BYTES = 200 * 1024 * 1024
END_WITHIN_SECONDS = 4.0


def main(settings: Settings) -> int:
    """Serve until told to end; 2 if that can't begin."""
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: os._exit(0))  # nothing to save yet
    try:
        lock = lock_data(settings)
        check_disk(settings)
        listener = listen(settings)
        check_version()
        prepare_tmp(settings)
        corrections.apply(settings)
        if settings.auth:
            from standins.cloud import access_log

            access_log.apply(settings)
    except CloudError as error:
        print(f"standins.cloud: {error}", file=sys.stderr)
        return 2
    with lock, listener:
        asyncio.run(serve(settings, listener))
        end()
    return 0


def lock_data(settings: Settings) -> IO[str]:
    """Take the data folder for this process; the lock ends with it, however it ends."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        lock = (settings.data / "lock").open("a+")
    except OSError as error:
        raise CloudError(f"can't use {settings.data}: {error.strerror}; choose another folder with --data") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise CloudError(
            f"{settings.data} is in use by process {lock.read().strip() or 'unknown'}: "
            "stop that one, or choose another folder with --data"
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def check_disk(settings: Settings) -> None:
    """CloudError if the data folder's disk is nearly full."""
    free = shutil.disk_usage(settings.data).free
    if free < MINIMUM_FREE_BYTES:
        raise CloudError(
            f"only {free // 2**20} MiB free on the disk of {settings.data}, "
            f"{MINIMUM_FREE_BYTES // 2**20} MiB are needed: free some space, or choose another folder with --data"
        )


def listen(settings: Settings) -> socket.socket:
    """Take the port, before anything else is done."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise CloudError(
            f"can't listen on {HOST}:{settings.port}: {error.strerror}; stop what uses it, or choose another --port"
        ) from error
    return listener


def prepare_tmp(settings: Settings) -> None:
    """MiniStack leaves what it unpacked for functions behind on every exit."""
    shutil.rmtree(settings.tmp, ignore_errors=True)
    settings.tmp.mkdir()


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = settings.log_level
    config.graceful_timeout = 0.5
    stopping = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop, stopping.set)
    threading.Thread(target=announce, args=[settings.url], daemon=True).start()
    await hypercorn_serve(app, config, shutdown_trigger=stopping.wait)


def announce(url: str) -> None:
    """Say that the server is there once it answers: the socket already queues what comes before that."""
    with urllib.request.urlopen(f"{url}/_ministack/health", timeout=60):  # noqa: S310 - our own http URL
        _serving.set()
    print(f"ready {url}", flush=True)


def stop(begin: Callable[[], None]) -> None:
    """Begin an orderly end, and end anyway when a request or a pool thread doesn't let go."""
    begin()
    watchdog = threading.Timer(END_WITHIN_SECONDS, end)
    watchdog.daemon = True
    watchdog.start()


_serving = threading.Event()
_ending = threading.Lock()


def end() -> NoReturn:
    """Save, kill the functions' processes and exit. Never joins threads: MiniStack's may wait for hours."""
    from ministack import app
    from ministack.core import lambda_runtime

    code = 0
    with _ending:
        try:
            if _serving.is_set():  # before that, not everything may have been loaded
                app.save_all(app._build_persistence_save_dict())
        except OSError as error:
            print(f"standins.cloud: the last changes could not be saved: {error}", file=sys.stderr)
            code = 2
        lambda_runtime._REAP_GRACE = 0.2
        lambda_runtime.reset()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(Settings.from_json(sys.argv[1])))
