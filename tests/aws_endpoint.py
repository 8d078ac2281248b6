"""The tests of tests/aws: they make a stack, so they run only when they are asked for.

    HOMEWARD_TEST_AWS=ACCOUNT pytest tests/aws --aws

Endpoint, region and credentials are those of the environment. Without --aws they are deselected; so are those that only
AWS itself can pass, `aws_only(reason)`, where the endpoint is another one.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from homeward.domain.errors import HomewardError

FOLDER = Path(__file__).with_name("aws")
NAME: pytest.StashKey[str] = pytest.StashKey()
"""The stack of this run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("aws", "tests/aws").addoption(
        "--aws", action="store_true", help="make a throw-away stack where the environment's credentials lead"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "aws_only(reason): what only AWS itself shows; see docs/testing.md")
    if not config.getoption("--aws"):
        return
    from tests.aws.account import PREFIX, checked_account

    try:
        checked_account()
    except HomewardError as problem:
        raise pytest.UsageError(f"--aws: {problem}") from problem
    config.stash[NAME] = f"{PREFIX}{uuid.uuid4().hex[:8]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if item.path.is_relative_to(FOLDER) and not _runs(item, config)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _runs(item: pytest.Item, config: pytest.Config) -> bool:
    if not config.getoption("--aws"):
        return False
    from tests.aws.account import is_aws

    return is_aws() or item.get_closest_marker("aws_only") is None


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    if not config.getoption("--aws"):
        return []
    from tests.aws.account import dollars

    name = config.stash[NAME]
    return [
        f"stack {name}: at AWS's list prices at most {dollars():.2f} USD, if it is deleted within an hour",
        f"after a kill: python -m tests.aws.cleanup {name}",
    ]
