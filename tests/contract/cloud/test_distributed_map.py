"""Distributed Map in JSONata: JSON Lines in, batches, results in S3."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.cloud.conftest import Cloud, states

INDEX = """
def handler(event, context):
    photos = [item["photo"] for item in event["Items"]]
    if "bad" in photos:
        raise LookupError("bad")
    return {"indexed": photos, "into": event["BatchInput"]["collection"]}
"""


def definition(function: str, **fields: Any) -> dict[str, Any]:
    index = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    }
    mapping = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **states(Index=index),
        },
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSONL"},
            "Arguments": {"Bucket": "{% $states.input.bucket %}", "Key": "{% $states.input.manifest %}"},
        },
        "ItemSelector": {"photo": "{% $states.context.Map.Item.Value.key %}"},
        "ItemBatcher": {
            "MaxItemsPerBatch": 2,
            "BatchInput": {"collection": "{% $states.input.collection %}"},
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": {"Bucket": "{% $states.input.bucket %}", "Prefix": "results"},
        },
        "MaxConcurrency": 3,
        "Output": "{% $states.result.ResultWriterDetails %}",
        "End": True,
        **fields,
    }
    return states(Each=mapping)


def run(cloud: Cloud, photos: list[str], **fields: Any) -> tuple[dict[str, Any], str]:
    """(the execution, the bucket)"""
    bucket = cloud.bucket()
    lines = "\n".join(json.dumps({"key": photo}) for photo in photos)
    cloud.client("s3").put_object(Bucket=bucket, Key="manifest.jsonl", Body=lines.encode())
    data = {"bucket": bucket, "manifest": "manifest.jsonl", "collection": "missing-people-1"}
    return cloud.run(definition(cloud.function(INDEX), **fields), data), bucket


def read(cloud: Cloud, bucket: str, key: str) -> Any:
    return json.loads(cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def test_batches_and_results(cloud: Cloud) -> None:
    execution, bucket = run(cloud, list("abcde"))
    assert execution["status"] == "SUCCEEDED", execution
    manifest = read(cloud, bucket, execution["output"]["Key"])
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    outputs = [json.loads(result["Output"]) for result in read(cloud, bucket, file["Key"])]
    assert outputs == [{"indexed": indexed, "into": "missing-people-1"} for indexed in (["a", "b"], ["c", "d"], ["e"])]
    sfn = cloud.client("stepfunctions")
    (map_run,) = sfn.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    described = sfn.describe_map_run(mapRunArn=map_run["mapRunArn"])
    assert (described["itemCounts"]["succeeded"], described["executionCounts"]["succeeded"]) == (5, 3)
    kinds = [event["type"] for event in cloud.history(execution["executionArn"])]
    assert {"MapRunStarted", "MapRunSucceeded"} <= set(kinds)


def test_failures_over_the_tolerated_share(cloud: Cloud) -> None:
    execution, _ = run(cloud, ["a", "b", "bad", "c"], ToleratedFailurePercentage=49)
    assert (execution["status"], execution["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")


def test_tolerated_failures_are_in_the_results(cloud: Cloud) -> None:
    execution, bucket = run(cloud, ["a", "b", "bad", "c"], ToleratedFailurePercentage=50)
    manifest = read(cloud, bucket, execution["output"]["Key"])
    (failed,) = read(cloud, bucket, manifest["ResultFiles"]["FAILED"][0]["Key"])
    assert failed["Error"] == "LookupError"
    assert [item["photo"] for item in json.loads(failed["Input"])["Items"]] == ["bad", "c"]


def test_missing_manifest(cloud: Cloud) -> None:
    execution = cloud.run(definition("any"), {"bucket": cloud.bucket(), "manifest": "none", "collection": "c"})
    assert execution["error"] == "States.ItemReaderFailed"


def test_items_from_an_expression(cloud: Cloud) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **states(Out={"Type": "Pass", "End": True})}
    mapping = {"Type": "Map", "ItemProcessor": processor, "Items": "{% $states.input.l %}", "End": True}
    assert cloud.run(states(Each=mapping), {"l": [3, 1]})["output"] == [3, 1]
    assert cloud.run(states(Each=mapping), {"l": []})["output"] == []
