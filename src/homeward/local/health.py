"""Is it there? Ready checks for parts, over HTTP and TCP on this machine only."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
import urllib.request
from typing import Any

from homeward.local.part import Child
from homeward.local.ports import HOST

TIMEOUT = 1.0  # seconds
# A proxy of the user's environment must never see requests to this machine.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def printed_ready(child: Child) -> bool:
    """Tell whether the part printed its line `ready http://...`."""
    return any(line.startswith("ready http") for line in child.output().splitlines())


def listens(port: int) -> bool:
    """Tell whether something accepts connections on the port."""
    try:
        with socket.create_connection((HOST, port), timeout=TIMEOUT):
            return True
    except OSError:
        return False


def get_json(address: str) -> dict[str, Any]:
    """The JSON object at an address; empty when nobody answers or the answer isn't one."""
    try:
        with opener.open(address, timeout=TIMEOUT) as response:
            value = json.load(response)
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
