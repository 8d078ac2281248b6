"""Messages to operators end with a runbook that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeward.domain.runbooks import Runbook

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "runbooks"


def test_every_name_is_a_file_and_every_file_has_a_name() -> None:
    assert {file.stem for file in FOLDER.glob("*.md")} - {"README"} == {runbook.value for runbook in Runbook}


@pytest.mark.parametrize("runbook", Runbook)
def test_the_index_leads_to_it(runbook: Runbook) -> None:
    assert f"({runbook.value}.md)" in (FOLDER / "README.md").read_text()
