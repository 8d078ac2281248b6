"""Seal in a process of its own that stops at a given moment.

`python -m tests.contract.sealing.dying TABLE BUCKET KEY NOW SIGNAL MOMENT` sends itself SIGNAL (a number) at its
MOMENT-th moment. A moment is right before bytes leave for the cloud, so that files are left half sent too, and right
after an answer came. At its end it prints what it sealed, and how many moments it had, as JSON.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import botocore.httpsession

from homeward.adapters.audit_bucket import S3SealedLog
from homeward.adapters.audit_hours import DynamoAuditHours
from homeward.adapters.signing import KmsSigner
from homeward.steps.seal_hours import SealHours


def main(table: str, bucket: str, key: str, now: str, signal: str, moment: str) -> None:
    """Seal everything that is due by now."""
    time, moments = datetime.fromisoformat(now), itertools.count()

    def tick() -> None:
        if next(moments) == int(moment):
            os.kill(os.getpid(), int(signal))

    _tell_each_moment(tick)
    sealed = SealHours(DynamoAuditHours(table), S3SealedLog(bucket), KmsSigner(key), lambda: time)(time)
    print(json.dumps({"sealed": sealed, "moments": next(moments)}))


def _tell_each_moment(tick: Callable[[], None]) -> None:
    sendall, send = socket.socket.sendall, botocore.httpsession.URLLib3Session.send

    def told_sendall(self: Any, *arguments: Any) -> None:
        tick()
        sendall(self, *arguments)

    def told_send(self: Any, request: Any) -> Any:
        answer = send(self, request)
        tick()
        return answer

    socket.socket.sendall = told_sendall  # type: ignore[method-assign]
    botocore.httpsession.URLLib3Session.send = told_send  # type: ignore[method-assign]


if __name__ == "__main__":
    main(*sys.argv[1:])
