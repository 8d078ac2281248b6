"""docs/testing.md names every test that only AWS can pass, and counts what the judges of the ASL find."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.statemachines.broken import ALL
from tests.statemachines.test_validators import LEFT_TO_AWS
from tests.statemachines.validators import JUDGES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text()
TABLE = PAGE.split("## What the local cloud can't show")[1]
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]


def aws_only() -> Iterator[str]:
    """The names of the tests with that mark."""
    for file in sorted((ROOT / "tests" / "aws").glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and any("aws_only" in ast.dump(one) for one in node.decorator_list):
                yield node.name


def test_each_is_in_a_row_of_the_table() -> None:
    named = [found for row in ROWS for found in re.findall(r"^\| .* \| `(test_\w+)` \|$", row)]
    assert sorted(named) == sorted(aws_only())
    assert len(named) >= 8


def test_each_row_says_where_aws_documents_it() -> None:
    for row in ROWS:
        assert len(row.strip("| ").split(" | ")) == 4, row
        assert "](https://docs.aws.amazon.com/" in row.split(" | ")[1], row


def test_what_the_judges_find_is_counted() -> None:
    assert f"in {len(ALL)} ways" in PAGE
    assert f"Nobody here notices {len(LEFT_TO_AWS)}," in PAGE
    counted = {found[1]: int(found[2]) for found in re.finditer(r"^\| ([A-Z]): .*? \| (\d+) \|", PAGE, re.MULTILINE)}
    assert counted == {judge: sum(judge in one.found_by for one in ALL) for judge in JUDGES}
