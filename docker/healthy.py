"""Health checks of the containers: `healthy.py port NUMBER` or `healthy.py airflow COMPONENT`; exit code 0 is healthy.

A component of Airflow is asked for at the API server, by the names that its health report has, as `homeward up` does.
"""

from __future__ import annotations

import json
import socket
import sys
import urllib.request

HOST = "127.0.0.1"
REPORT = f"http://{HOST}:18080/api/v2/monitor/health"


def main(arguments: list[str]) -> int:
    """0: healthy, 1: not."""
    kind, what = arguments
    return 0 if (listens(what) if kind == "port" else reported(what)) else 1


def listens(port: str) -> bool:
    """Whether something accepts connections."""
    try:
        socket.create_connection((HOST, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def reported(component: str, report: str = REPORT) -> bool:
    """Whether the API server answers and, by its report, the component's heartbeat is recent."""
    try:
        with urllib.request.urlopen(report, timeout=5) as answer:  # noqa: S310 - our own address
            health = json.load(answer)
    except (OSError, ValueError):
        return False
    return bool(health) if component == "api_server" else health.get(component, {}).get("status") == "healthy"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
