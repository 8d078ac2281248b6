"""What a JSONata machine may contain."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.cloud.conftest import Cloud, states


def test_succeed_has_output(cloud: Cloud) -> None:
    result = cloud.run(states(Done={"Type": "Succeed", "Output": {"k": "{% $states.input.a + 1 %}"}}), {"a": 1})
    assert result["output"] == {"k": 2}


def test_fail_has_expressions(cloud: Cloud) -> None:
    fail = {"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% 'because ' & $states.input.e %}"}
    result = cloud.run(states(No=fail), {"e": "Boo"})
    assert (result["error"], result["cause"]) == ("Boo", "because Boo")


def test_choice_assigns_and_outputs(cloud: Cloud) -> None:
    rule = {"Condition": "{% $states.input.n > 3 %}", "Assign": {"v": "high"}, "Output": "{% $states.input.n %}"}
    choice = {
        "Type": "Choice",
        "Choices": [{**rule, "Next": "Done"}],
        "Default": "Done",
        "Assign": {"v": "low"},
        "Output": "none",
    }
    definition = states(Ask=choice, Done={"Type": "Succeed", "Output": "{% [$v, $states.input] %}"})
    assert cloud.run(definition, {"n": 4})["output"] == ["high", 4]
    assert cloud.run(definition, {"n": 3})["output"] == ["low", "none"]
    assert cloud.run(definition, {"n": "many"})["error"] == "States.QueryEvaluationError"


def test_condition_must_be_boolean(cloud: Cloud) -> None:
    choice = {"Type": "Choice", "Choices": [{"Condition": "{% 1 %}", "Next": "Done"}], "Default": "Done"}
    assert cloud.run(states(Ask=choice, Done={"Type": "Succeed"}))["error"] == "States.QueryEvaluationError"


def test_parallel_arguments_output_assign(cloud: Cloud) -> None:
    branch = states(
        Set={"Type": "Pass", "Assign": {"own": "{% $states.input.x %}", "shared": "changed"}, "Next": "Out"},
        Out={"Type": "Pass", "Output": "{% $own %}", "End": True},
    )
    parallel = {
        "Type": "Parallel",
        "Arguments": {"x": "{% $states.input.a %}"},
        "Branches": [branch, branch],
        "Assign": {"total": "{% $sum($states.result) %}"},
        "Output": "{% $states.result %}",
        "Next": "Done",
    }
    begin = {"Type": "Pass", "Assign": {"shared": "kept"}, "Next": "All"}
    output = {"total": "{% $total %}", "shared": "{% $shared %}", "in": "{% $states.input %}"}
    done = {"Type": "Succeed", "Output": output}
    result = cloud.run(states(Begin=begin, All=parallel, Done=done), {"a": 4})
    assert result["output"] == {"total": 8, "shared": "kept", "in": [4, 4]}


def test_parallel_fails_with_its_first_failed_branch(cloud: Cloud) -> None:
    slow = states(Wait={"Type": "Wait", "Seconds": 30, "End": True})
    fails = states(No={"Type": "Fail", "Error": "Early"})
    catch = [{"ErrorEquals": ["Early"], "Output": "{% $states.errorOutput.Error %}", "Next": "Caught"}]
    parallel = {"Type": "Parallel", "Branches": [slow, fails], "Catch": catch, "End": True}
    result = cloud.run(states(All=parallel, Caught={"Type": "Succeed"}))
    assert result["output"] == "Early"
    assert (result["stopDate"] - result["startDate"]).total_seconds() < 5


def test_expressions_of_one_assign_see_the_old_values(cloud: Cloud) -> None:
    first = {"Type": "Pass", "Assign": {"a": 1, "b": 2}, "Next": "Swap"}
    swap = {"Type": "Pass", "Assign": {"a": "{% $b %}", "b": "{% $a %}"}, "Next": "Done"}
    done = {"Type": "Succeed", "Output": "{% [$a, $b] %}"}
    assert cloud.run(states(First=first, Swap=swap, Done=done))["output"] == [2, 1]


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Pass", "Output": "{% $states.input.missing %}", "End": True},
        {"Type": "Pass", "Assign": {"v": "{% $states.input.missing %}"}, "End": True},
        {"Type": "Succeed", "Output": {"deep": ["{% $unbound %}"]}},
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {"QueueUrl": "{% $states.input.missing %}"},
            "End": True,
        },
        {
            "Type": "Map",
            "Items": "{% $states.input.missing %}",
            "ItemProcessor": states(Done={"Type": "Succeed"}),
            "End": True,
        },
    ],
    ids=["Output", "Assign", "Succeed", "Arguments", "Items"],
)
def test_expression_without_value_fails(cloud: Cloud, state: dict[str, Any]) -> None:
    result = cloud.run(states(Only=state), {"there": 1})
    assert (result["status"], result["error"]) == ("FAILED", "States.QueryEvaluationError")


def test_inline_map(cloud: Cloud) -> None:
    selector = {"v": "{% $states.context.Map.Item.Value * 2 %}", "i": "{% $states.context.Map.Item.Index %}"}
    processor = states(Sum={"Type": "Pass", "Output": "{% $states.input.v + $states.input.i %}", "End": True})
    mapping = {
        "Type": "Map",
        "Items": "{% $states.input.l %}",
        "ItemSelector": selector,
        "ItemProcessor": processor,
        "End": True,
    }
    assert cloud.run(states(Each=mapping), {"l": [1, 2, 3]})["output"] == [2, 5, 8]
