"""A small client of Airflow's REST interface: trigger a DAG, follow its run."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from homeward.local.errors import AirflowApiError
from homeward.local.health import opener

TIMEOUT = 30.0  # seconds
PAGE = 100


@dataclass(frozen=True)
class TaskProgress:
    """One task instance of a run; `map_index` is -1 for an unmapped task."""

    task: str
    map_index: int
    state: str | None


class AirflowApi:
    """Speaks to one Airflow as one user. Every call raises AirflowApiError when it is refused or unanswered."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self._address = address
        self._credentials = {"username": user, "password": password}
        self._token: str | None = None

    def wait_for_dag(self, dag: str, timeout: float = 60) -> None:
        """Wait until the DAG has been parsed; an import error of its file is raised at once."""
        deadline = time.monotonic() + timeout
        while self._find(f"dags/{_quoted(dag)}") is None:
            for error in self._get("importErrors")["import_errors"]:
                if error["filename"].endswith(f"{dag}.py"):
                    raise AirflowApiError(f"dags/{dag}.py can't be imported: {error['stack_trace'].strip()[-400:]}")
            if time.monotonic() > deadline:
                raise AirflowApiError(f"Airflow found no DAG {dag} within {timeout:.0f} s: see the dag-processor's log")
            time.sleep(0.25)

    def unpause(self, dag: str) -> None:
        """Let the DAG run."""
        self._call("PATCH", f"dags/{_quoted(dag)}", {"is_paused": False})

    def trigger_dag_run(
        self, dag: str, conf: Mapping[str, Any] | None = None, logical_date: datetime | None = None
    ) -> str:
        """Start a run and return its id; without a logical date the run has none (several may run at once)."""
        date = logical_date.astimezone(UTC).isoformat() if logical_date else None
        body = {"conf": dict(conf or {}), "logical_date": date}
        return str(self._call("POST", f"dags/{_quoted(dag)}/dagRuns", body)["dag_run_id"])

    def dag_run_state(self, dag: str, run: str) -> str:
        """`queued`, `running`, `success` or `failed`."""
        return str(self._get(f"dags/{_quoted(dag)}/dagRuns/{_quoted(run)}")["state"])

    def task_instances(self, dag: str, run: str) -> list[TaskProgress]:
        """All task instances of a run, for showing progress."""
        found: list[TaskProgress] = []
        while True:
            query = urllib.parse.urlencode({"limit": PAGE, "offset": len(found)})
            page = self._get(f"dags/{_quoted(dag)}/dagRuns/{_quoted(run)}/taskInstances?{query}")
            rows = page["task_instances"]
            found += [TaskProgress(row["task_id"], row["map_index"], row["state"]) for row in rows]
            if not rows or len(found) >= page["total_entries"]:
                return found

    # ------------------------------------------------------------------------------- the wire

    def _find(self, path: str) -> dict[str, Any] | None:
        try:
            return self._get(path)
        except AirflowApiError as error:
            if isinstance(error.__cause__, urllib.error.HTTPError) and error.__cause__.code == 404:
                return None
            raise

    def _get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if self._token is None:
            self._token = str(self._send("POST", "auth/token", self._credentials)["access_token"])
        return self._send(method, f"api/v2/{path}", body, {"Authorization": f"Bearer {self._token}"})

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the address is ours, http on 127.0.0.1
            f"{self._address}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
            method=method,
        )
        try:
            with opener.open(request, timeout=TIMEOUT) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            text = error.read(500).decode(errors="replace")
            raise AirflowApiError(f"Airflow answered {error.code} to {method} {path}: {text}") from error
        except (OSError, ValueError) as error:
            raise AirflowApiError(f"Airflow at {self._address} doesn't answer: {error}") from error


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")
