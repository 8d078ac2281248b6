"""Logs hold ids, codes and counts: nothing of what was seen of whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from cfnlint.decode import decode

ROOT = Path(__file__).resolve().parents[3]
# What a handler may hand to its log besides a fixed text, by the name in the answer.
CODES = {"outcome", "faces", "verdict", "ask", "status", "reason", "message_id", "receipts", "started", "refused"}
WHOLE_ANSWERS = {"start_detection"}  # ids and codes only, as its step says


@pytest.mark.parametrize("handler", sorted((ROOT / "lambdas").glob("*/handler.py")), ids=lambda path: path.parent.name)
def test_a_handler_logs_codes_only(handler: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(handler.read_text())) if isinstance(node, ast.Call)]
    logged = [
        call for call in calls if ast.unparse(call.func).startswith("logger.") and "inject" not in ast.unparse(call)
    ]
    assert logged
    for call in logged:
        assert [type(argument) for argument in call.args] == [ast.Constant]
        for keyword in call.keywords:
            assert keyword.arg == "extra"
            if isinstance(keyword.value, ast.Dict):
                assert {key.value for key in keyword.value.keys if isinstance(key, ast.Constant)} <= CODES
            else:
                assert handler.parent.name in WHOLE_ANSWERS


def test_machines_log_no_data() -> None:
    template, problems = decode(str(ROOT / "infra" / "template.yaml"))
    assert problems == []
    machines = [body for body in template["Resources"].values() if body["Type"] == "AWS::Serverless::StateMachine"]
    assert machines
    assert not any(body["Properties"]["Logging"]["IncludeExecutionData"] for body in machines)
