"""JSONPath that selects nothing fails; the operators that AWS knows work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.cloud.conftest import Cloud, states


@pytest.mark.parametrize(
    "fields", [{"InputPath": "$.missing"}, {"Parameters": {"x.$": "$.missing"}}, {"OutputPath": "$.missing[0]"}]
)
def test_missing_path_fails(cloud: Cloud, fields: dict[str, Any]) -> None:
    result = cloud.run(states(Only={"Type": "Pass", "End": True, **fields}), {"there": 1}, jsonata=False)
    assert (result["status"], result["error"]) == ("FAILED", "States.Runtime")


def test_paths_that_select(cloud: Cloud) -> None:
    parameters = {
        "high.$": "$.faces[?(@.s>90)].n",
        "two.$": "$.faces[0:2].n",
        "all.$": "$..n",
        "in": [[{"n.$": "$.k"}]],
    }
    data = {"faces": [{"s": 99, "n": "a"}, {"s": 1, "n": "b"}, {"s": 95, "n": "c"}], "k": None}
    result = cloud.run(states(Only={"Type": "Pass", "Parameters": parameters, "End": True}), data, jsonata=False)
    assert result["output"] == {"high": ["a", "c"], "two": ["a", "b"], "all": ["a", "b", "c"], "in": [[{"n": None}]]}


def test_null_is_present(cloud: Cloud) -> None:
    rule = {"Variable": "$.k", "IsPresent": True, "Next": "Yes"}
    other = {"Variable": "$.missing", "IsPresent": True, "Next": "No"}
    choice = {"Type": "Choice", "Choices": [other, rule], "Default": "No"}
    definition = states(Ask=choice, Yes={"Type": "Succeed"}, No={"Type": "Fail"})
    assert cloud.run(definition, {"k": None}, jsonata=False)["status"] == "SUCCEEDED"
