"""Distributed Map: JSONata fields, ItemBatcher with BatchInput, ResultWriter, child executions with a history."""

from __future__ import annotations

import concurrent.futures
import contextvars
import copy
import json
import threading
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import stepfunctions as sfn

from standins.cloud.corrections import map_results
from standins.cloud.corrections.jsonata_states import finish, is_jsonata
from standins.cloud.corrections.running import stop_if_over
from standins.cloud.patching import replace
from standins.cloud.settings import Settings

CONCURRENT_CHILDREN = 64
COUNTS = (
    "pending", "running", "succeeded", "failed", "timedOut", "aborted", "total", "resultsWritten",
    "failuresNotRedrivable", "pendingRedrive",
)  # fmt: skip


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    replace(sfn, "_run_distributed_map", _run)


def _run(
    state: dict[str, Any],
    data: Any,
    effective: Any,
    processor: dict[str, Any],
    execution: dict[str, Any],
    context: dict[str, Any],
) -> Any:
    fields = _Fields(state, data, effective, context)
    items = _read_items(fields)
    inputs = _batched(fields, [fields.item_input(index, item) for index, item in enumerate(items)])
    map_run = _new_map_run(fields, execution, len(items), len(inputs))
    sfn._map_runs[map_run["mapRunArn"]] = map_run
    details = {"mapRunArn": map_run["mapRunArn"]}
    sfn._add_event(execution, "MapRunStarted", {"mapRunStartedEventDetails": details})
    children = _run_children(fields, processor, execution, map_run, inputs)
    exceeded = _too_many_failures(fields, children)
    map_run.update(status="FAILED" if exceeded else "SUCCEEDED", stopDate=sfn.now_iso())
    result: Any = [json.loads(child["output"]) if child["output"] else None for child in children]
    if state.get("ResultWriter"):
        result = map_results.write(fields.filled(state["ResultWriter"]), map_run, children)
    if exceeded:
        error = "States.ExceedToleratedFailureThreshold"
        sfn._add_event(execution, "MapRunFailed", {"mapRunFailedEventDetails": {"error": error}})
        raise sfn._ExecutionError(error, "The specified tolerated failure threshold was exceeded")
    sfn._add_event(execution, "MapRunSucceeded")
    return finish(state, data, result, context)


class _Fields:
    """The state's fields, evaluated in its query language."""

    def __init__(self, state: dict[str, Any], data: Any, effective: Any, context: dict[str, Any]) -> None:
        self.state, self.data, self.effective, self.context = state, data, effective, context
        self.jsonata = is_jsonata(state, context)

    def filled(self, template: Any, context: dict[str, Any] | None = None) -> Any:
        if self.jsonata:
            return sfn._apply_jsonata_template(template, self.data, context or self.context)
        return sfn._resolve_params_obj(template, self.effective, context or self.context)

    def number(self, name: str, holder: dict[str, Any] | None = None) -> float | None:
        """A number that may be an expression, or in JSONPath the value at `<name>Path`."""
        holder = self.state if holder is None else holder
        if f"{name}Path" in holder:
            return float(sfn._resolve_path_or_ctx(holder[f"{name}Path"], self.effective, self.context))
        return float(self.filled(holder[name])) if name in holder else None

    def item_context(self, index: int, item: Any) -> dict[str, Any]:
        own = copy.deepcopy(self.context)
        own["Map"] = {"Item": {"Index": index, "Value": item}}
        return own

    def item_input(self, index: int, item: Any) -> Any:
        selector = self.state.get("ItemSelector") or self.state.get("Parameters")
        return self.filled(selector, self.item_context(index, item)) if selector else item


def _read_items(fields: _Fields) -> list[Any]:
    state = fields.state
    if reader := state.get("ItemReader"):
        place = {"Parameters": fields.filled(reader.get("Arguments") or reader.get("Parameters") or {})}
        config = dict(reader.get("ReaderConfig") or {})
        most = fields.number("MaxItems", config)
        config.pop("MaxItemsPath", None)
        config["MaxItems"] = int(most or 0)
        try:
            items = sfn._read_map_items({**reader, "Arguments": None, **place, "ReaderConfig": config}, {}, {})
        except ValueError as error:
            raise sfn._ExecutionError("States.ItemReaderFailed", f"Cannot parse the items: {error}") from error
    elif "Items" in state:
        items = sfn._jsonata_state_field(state, "Items", "array", fields.data, fields.context)
    else:
        items = sfn._resolve_path_or_ctx(state.get("ItemsPath", "$"), fields.effective, fields.context)
    if not isinstance(items, list):
        raise sfn._ExecutionError("States.Runtime", "The items of the Map state are not an array")
    return items


def _batched(fields: _Fields, inputs: list[Any]) -> list[Any]:
    """One input per child: the items themselves, or batches of them bounded in number and in bytes."""
    batcher = fields.state.get("ItemBatcher")
    if not batcher:
        return inputs
    most = fields.number("MaxItemsPerBatch", batcher) or len(inputs) or 1
    most_bytes = fields.number("MaxInputBytesPerBatch", batcher) or 262_144
    batches: list[list[Any]] = []
    size = 0
    for item in inputs:
        own = len(json.dumps(item).encode())
        if not batches or len(batches[-1]) >= most or size + own > most_bytes:
            batches.append([])
            size = 0
        batches[-1].append(item)
        size += own
    shared = {"BatchInput": fields.filled(batcher["BatchInput"])} if "BatchInput" in batcher else {}
    return [{**shared, "Items": batch} for batch in batches]


def _new_map_run(fields: _Fields, execution: dict[str, Any], items: int, children: int) -> dict[str, Any]:
    arn = execution["stateMachineArn"]
    label = fields.state.get("Label") or new_uuid()
    zero = dict.fromkeys(COUNTS, 0)
    return {
        "mapRunArn": f"{arn.replace(':stateMachine:', ':mapRun:', 1)}/{label}:{new_uuid()}",
        "executionArn": execution["executionArn"],
        "status": "RUNNING",
        "startDate": sfn.now_iso(),
        "maxConcurrency": int(fields.number("MaxConcurrency") or 0),
        "toleratedFailurePercentage": fields.number("ToleratedFailurePercentage") or 0.0,
        "toleratedFailureCount": int(fields.number("ToleratedFailureCount") or 0),
        "itemCounts": {**zero, "total": items, "pending": items},
        "executionCounts": {**zero, "total": children, "pending": children},
        "redriveCount": 0,
        "_stateMachineArn": f"{arn}/{label}",
    }


def _run_children(
    fields: _Fields, processor: dict[str, Any], execution: dict[str, Any], map_run: dict[str, Any], inputs: list[Any]
) -> list[dict[str, Any]]:
    lock = threading.Lock()

    def count(child_input: Any, before: str, after: str) -> None:
        of_items = len(child_input["Items"]) if "ItemBatcher" in fields.state else 1
        with lock:
            for counts, number in ((map_run["itemCounts"], of_items), (map_run["executionCounts"], 1)):
                counts[before] -= number
                counts[after] += number

    def run_child(index: int, child_input: Any) -> dict[str, Any]:
        stop_if_over()
        child = _new_child(map_run, execution, child_input)
        sfn._executions[child["executionArn"]] = child
        count(child_input, "pending", "running")
        own = fields.item_context(index, child_input)
        own["Execution"] = {**own["Execution"], "Id": child["executionArn"], "Name": child["name"]}
        _finish_child(child, processor, child_input, own)
        count(child_input, "running", child["status"].lower())
        return child

    workers = map_run["maxConcurrency"] or CONCURRENT_CHILDREN
    with concurrent.futures.ThreadPoolExecutor(min(workers, len(inputs)) or 1) as pool:
        tasks = [pool.submit(contextvars.copy_context().run, run_child, *pair) for pair in enumerate(inputs)]
    return [task.result() for task in tasks]


def _new_child(map_run: dict[str, Any], execution: dict[str, Any], child_input: Any) -> dict[str, Any]:
    name, now, text = new_uuid(), sfn.now_iso(), json.dumps(child_input)
    child = {
        "executionArn": f"{map_run['_stateMachineArn'].replace(':stateMachine:', ':execution:', 1)}:{name}",
        "stateMachineArn": map_run["_stateMachineArn"],
        "mapRunArn": map_run["mapRunArn"],
        "name": name,
        "status": "RUNNING",
        "startDate": now,
        "stopDate": None,
        "input": text,
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": {"included": True},
        "events": [],
        "testCase": execution.get("testCase"),
        "mockAttempts": {},
    }
    sfn._add_event(child, "ExecutionStarted", {"executionStartedEventDetails": {"input": text}})
    return child


def _finish_child(child: dict[str, Any], processor: dict[str, Any], child_input: Any, context: dict[str, Any]) -> None:
    try:
        output = sfn._run_sub_machine(processor["States"], processor["StartAt"], child_input, child, context)
    except sfn._ExecutionError as error:
        child.update(status="FAILED", error=error.error, cause=error.cause, stopDate=sfn.now_iso())
        details = {"error": error.error, "cause": error.cause}
        sfn._add_event(child, "ExecutionFailed", {"executionFailedEventDetails": details})
        return
    child.update(status="SUCCEEDED", output=json.dumps(output), stopDate=sfn.now_iso())
    sfn._add_event(child, "ExecutionSucceeded", {"executionSucceededEventDetails": {"output": child["output"]}})


def _too_many_failures(fields: _Fields, children: list[dict[str, Any]]) -> bool:
    """With no threshold any failed child is one too many."""
    failed = sum(child["status"] == "FAILED" for child in children)
    percentage, number = fields.number("ToleratedFailurePercentage"), fields.number("ToleratedFailureCount")
    if percentage is None and number is None:
        return bool(failed)
    over_percentage = percentage is not None and failed * 100 > percentage * len(children)
    return bool(over_percentage or (number is not None and failed > number))
