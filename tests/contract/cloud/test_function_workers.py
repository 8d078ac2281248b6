"""Many calls at once use a bounded number of processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.contract.cloud.conftest import Cloud

CODE = "import os, time\ndef handler(event, context):\n    time.sleep(0.05)\n    return [event, os.getpid()]"


def test_calls_wait_for_a_process(cloud: Cloud) -> None:
    name = cloud.function(CODE)
    with ThreadPoolExecutor(24) as pool:
        results = list(pool.map(lambda number: cloud.invoke(name, number), range(48)))
    assert [payload[0] for _, payload in results] == list(range(48)), "none is lost"
    assert len({payload[1] for _, payload in results}) <= 4
