"""The local system without Airflow, filled with people who do not exist; for benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from benchmarks.rekognition.galleries import fill
from homeward import bootstrap, deployment
from tests.serving import ROOT, free_port, serving

FIRST_COLLECTION = "missing-people-1"  # as infra/template.yaml names it
EVERYTHING = ("2000-01-01T00:00:00+00:00", "2100-01-01T00:00:00+00:00")


@contextmanager
def filled_system(folder: Path, people: int, others: int = 0) -> Iterator[Path]:
    """Start cloud, face service and case server, deploy, ingest; yield the population's folder.

    `others` vectors of nobody are in the collection beforehand.
    """
    population = folder / "people"
    make = ["--out", str(population), "--people", str(people), "--others", "2", "--photos", "2"]
    frames = ["--frames", str(people)]
    subprocess.run([sys.executable, "-m", "standins.people", *make, *frames], cwd=ROOT, check=True)
    if others:
        fill(folder / "faces", others, FIRST_COLLECTION, gathered=4.0)
    with local_system(folder, "--people", str(population / "people")):
        ingest("benchmark")
        yield population


@contextmanager
def local_system(folder: Path, *case_server: str) -> Iterator[None]:
    """Start cloud, face service and case server (with these arguments), and deploy; the environment says where."""
    rekognition_port = free_port()
    url = f"http://127.0.0.1:{rekognition_port}"
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")
    where = ("--data", str(folder / "cloud"), "--rekognition-url", url)
    with serving("standins.cloud", *where, log=folder / "cloud.log") as cloud:
        os.environ.update(
            AWS_ENDPOINT_URL=cloud, AWS_ENDPOINT_URL_REKOGNITION=url, HOMEWARD_NAMUS_REQUESTS_PER_SECOND="0"
        )
        faces = ("--data", str(folder / "faces"))
        with (
            serving("standins.rekognition", *faces, log=folder / "faces.log", port=rekognition_port),
            serving("standins.namus", *case_server, log=folder / "namus.log") as namus,
        ):
            os.environ["HOMEWARD_NAMUS_URL"] = namus
            deployment.deploy(policy_file=ROOT / "policy" / "demo.json")
            yield


def ingest(run: str) -> dict[str, Any]:
    """What the DAG does, without Airflow; returns the report."""
    bootstrap.sweep_cases("namus")(run)
    for batch in bootstrap.diff_cases("namus")(run, *EVERYTHING, 25):
        bootstrap.fetch_cases("namus")(run, batch["batch"])
    bootstrap.withdraw_cases("namus")(run)
    bootstrap.remove_faces("benchmark")(run)
    manifest = bootstrap.write_manifest()(run)
    if manifest["photos"]:
        _index(run, manifest)
    return bootstrap.summarise_sync("namus")(run)


def _index(run: str, manifest: dict[str, Any]) -> None:
    machines = boto3.client("stepfunctions")
    work = json.dumps({"bucket": manifest["bucket"], "key": manifest["key"]})
    arn = machines.start_execution(stateMachineArn=manifest["machine_arn"], name=run, input=work)["executionArn"]
    while (status := machines.describe_execution(executionArn=arn)["status"]) == "RUNNING":
        time.sleep(0.1)
    if status != "SUCCEEDED":
        raise RuntimeError(f"indexing ended as {status}")
