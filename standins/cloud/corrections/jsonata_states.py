"""JSONata in Succeed, Choice and Parallel, and variables as AWS scopes and assigns them."""

from __future__ import annotations

import concurrent.futures
import contextvars
import copy
from typing import Any

from ministack.services import stepfunctions as sfn

from standins.cloud.patching import replace, wrap
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(sfn, "_apply_output_path", _succeed_output)
    wrap(sfn, "_apply_state_assign", _assign)
    wrap(sfn, "_execute_choice", _choose)
    replace(sfn, "_run_parallel_branches", _run_branches)


def is_jsonata(state: dict[str, Any], context: dict[str, Any] | None) -> bool:
    """Whether a state is written in JSONata, by itself or by its machine."""
    return bool(sfn._state_query_language(state, context) == "JSONata")


def _succeed_output(original: Any, state: dict[str, Any], data: Any, context: dict[str, Any] | None = None) -> Any:
    """The last step of Succeed is OutputPath; in JSONata it is Output."""
    if state.get("Type") == "Succeed" and is_jsonata(state, context):
        return sfn._apply_jsonata_output(state, data, context, default=data)
    return original(state, data, context)


def _assign(
    original: Any,
    state: dict[str, Any],
    data: Any,
    context: dict[str, Any] | None,
    result: Any = None,
    error_output: Any = None,
) -> None:
    """All expressions of one Assign see the variables as they were before it."""
    if context is None or not isinstance(state.get("Assign"), dict) or not is_jsonata(state, context):
        return original(state, data, context, result=result, error_output=error_output)  # type: ignore[no-any-return]
    new = {
        name: sfn._apply_jsonata_template(value, data, context, result=result, error_output=error_output)
        for name, value in state["Assign"].items()
    }
    context.setdefault("variables", {}).update(new)
    return None


def _choose(original: Any, state: dict[str, Any], data: Any, context: dict[str, Any] | None = None) -> Any:
    """A Condition must be a boolean; Default has the state's own Output."""
    if not is_jsonata(state, context):
        return original(state, data, context)
    for rule in state["Choices"]:
        if sfn._jsonata_state_field(rule, "Condition", "boolean", data, context):
            return _transition(rule, data, context, rule["Next"])
    if "Default" not in state:
        raise sfn._ExecutionError("States.NoChoiceMatched", "No choice rule matched and there is no Default")
    return _transition(state, data, context, state["Default"])


def _transition(rule: dict[str, Any], data: Any, context: dict[str, Any] | None, following: str) -> tuple[Any, str]:
    output = sfn._apply_jsonata_output(rule, data, context, default=data)
    sfn._apply_state_assign(rule, data, context)
    return output, following


def _run_branches(state: dict[str, Any], data: Any, execution: dict[str, Any], context: dict[str, Any]) -> Any:
    """Run the branches of a Parallel state; the first that fails fails the state at once."""
    jsonata = is_jsonata(state, context)
    if jsonata:
        branch_input = sfn._apply_jsonata_arguments(state, data, context)
    else:
        branch_input = sfn._apply_parameters(state, sfn._apply_input_path(state, data, context), context)

    def run(branch: dict[str, Any]) -> Any:
        own = {**context, "State": dict(context["State"]), "variables": dict(context.get("variables", {}))}
        return sfn._run_sub_machine(branch["States"], branch["StartAt"], copy.deepcopy(branch_input), execution, own)

    pool = concurrent.futures.ThreadPoolExecutor(len(state["Branches"]))
    futures = [pool.submit(contextvars.copy_context().run, run, branch) for branch in state["Branches"]]
    pool.shutdown(wait=False)
    concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_EXCEPTION)
    failed = next((future for future in futures if future.done() and future.exception()), None)
    if failed:
        failed.result()
    return finish(state, data, [future.result() for future in futures], context)


def finish(state: dict[str, Any], data: Any, results: Any, context: dict[str, Any]) -> tuple[Any, str | None]:
    """Output (and Assign) of a state that has a result, and the next state's name."""
    if is_jsonata(state, context):
        output = sfn._apply_jsonata_output(state, data, context, result=results, default=results)
        sfn._apply_state_assign(state, data, context, result=results)
    else:
        selected = sfn._apply_result_selector(state, results)
        output = sfn._apply_output_path(state, sfn._apply_result_path(state, data, selected), context)
    return output, sfn._next_or_end(state)
