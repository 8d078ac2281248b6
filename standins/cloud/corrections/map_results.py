"""What a ResultWriter leaves in S3: one file per outcome and a manifest that names them."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import s3
from ministack.services import stepfunctions as sfn

FIELDS = ("executionArn", "input", "inputDetails", "name", "output", "outputDetails", "startDate",
          "stateMachineArn", "status", "stopDate", "error", "cause")  # fmt: skip


def write(writer: dict[str, Any], map_run: dict[str, Any], children: list[dict[str, Any]]) -> dict[str, Any]:
    """The state's result: {"MapRunArn", "ResultWriterDetails": {"Bucket", "Key"}} (Key is the manifest's)."""
    place = writer.get("Arguments") or writer.get("Parameters") or {}
    config = writer.get("WriterConfig") or {}
    bucket, prefix = place["Bucket"], (place.get("Prefix") or "").rstrip("/")
    folder = "/".join(filter(None, [prefix, map_run["mapRunArn"].rsplit(":", 1)[1]]))
    lines = config.get("OutputType") == "JSONL"
    files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status in ("SUCCEEDED", "FAILED"):
        if records := _records_of(children, status, config.get("Transformation", "NONE")):
            key = f"{folder}/{status}_0.{'jsonl' if lines else 'json'}"
            files[status] = [{"Key": key, "Size": _put(bucket, key, records, lines)}]
    manifest = {"DestinationBucket": bucket, "MapRunArn": map_run["mapRunArn"], "ResultFiles": files}
    _put(bucket, f"{folder}/manifest.json", manifest)
    map_run["itemCounts"]["resultsWritten"] = map_run["itemCounts"]["succeeded"] + map_run["itemCounts"]["failed"]
    map_run["executionCounts"]["resultsWritten"] = len(children)
    return {
        "MapRunArn": map_run["mapRunArn"],
        "ResultWriterDetails": {"Bucket": bucket, "Key": f"{folder}/manifest.json"},
    }


def _records_of(children: list[dict[str, Any]], status: str, transformation: str) -> list[Any]:
    chosen = [child for child in children if child["status"] == status]
    if transformation == "NONE" or status == "FAILED":
        return [
            {name[0].upper() + name[1:]: child[name] for name in FIELDS if child.get(name) is not None}
            for child in chosen
        ]
    outputs = [json.loads(child["output"]) for child in chosen]
    if transformation == "COMPACT":
        return outputs
    return [item for output in outputs for item in (output if isinstance(output, list) else [output])]


def _put(bucket: str, key: str, content: Any, lines: bool = False) -> int:
    """Store JSON (or JSON Lines); its size in bytes."""
    body = ("\n".join(map(json.dumps, content)) if lines else json.dumps(content)).encode()
    status, *_ = s3._put_object(bucket, key, body, {"content-type": "application/json"})
    if status >= 400:
        raise sfn._ExecutionError("States.ResultWriterFailed", f"Cannot write s3://{bucket}/{key}")
    return len(body)
