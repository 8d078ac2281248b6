"""A call that is under way when its function is updated ends as it began."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract.cloud.conftest import Cloud, wait_for, zip_of

CODE = """
import pathlib, time

def handler(event, context):
    begun, go_on = pathlib.Path(event["begun"]), pathlib.Path(event["go_on"])
    begun.touch()
    while not go_on.exists():
        time.sleep(0.01)
    return "{word}"
"""


@pytest.mark.parametrize("what", ["code", "configuration"])
def test_a_call_outlives_an_update(cloud: Cloud, tmp_path: Path, what: str) -> None:
    name = cloud.function(CODE.replace("{word}", "old"))
    begun, go_on = tmp_path / "begun", tmp_path / "go-on"
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(cloud.invoke, name, {"begun": str(begun), "go_on": str(go_on)})
        wait_for(begun.exists)
        functions = cloud.client("lambda")
        if what == "code":
            functions.update_function_code(FunctionName=name, ZipFile=zip_of(index=CODE.replace("{word}", "new")))
        else:
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "b"}})
        go_on.touch()
        error, payload = call.result(timeout=20)
    assert (error, payload) == (None, "old")
    _, later = cloud.invoke(name, {"begun": str(begun), "go_on": str(go_on)})
    assert later == ("new" if what == "code" else "old")
