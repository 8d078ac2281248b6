"""What documents say that a program can know is what the program says now; what they name is there."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from homeward.adapters.sources.site import Site
from homeward.domain.capacity import JOBS

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
MAKERS = [
    f"tools.{name}"
    for name in ("capacity_docs", "security_docs", "draw_architecture", "runbook_docs", "reference_docs")
]


@pytest.mark.parametrize("maker", MAKERS)
def test_made_parts_are_up_to_date(maker: str) -> None:
    command = [sys.executable, "-m", maker, "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_pictures_are_in_the_architecture() -> None:
    page = (DOCS / "architecture.md").read_text()
    for picture in (DOCS / "images" / "architecture").glob("*.svg"):
        assert f"images/architecture/{picture.name}" in page


def threats() -> dict[str, str]:
    text = (DOCS / "security.md").read_text().partition("## Threats")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| **")]
    return {row[0].strip().strip("*"): row[3] for row in rows}


def test_every_threat_names_tests_that_exist() -> None:
    found = threats()
    assert len(found) >= 20
    for threat, tested in found.items():
        files = re.findall(r"`(tests/[^`]+\.py)`", tested)
        assert files, threat
        assert [file for file in files if not (ROOT / file).is_file()] == [], threat


def test_retention_in_the_checklist_is_the_policys() -> None:
    page = (DOCS / "privacy.md").read_text()
    keep = json.loads((ROOT / "policy" / "retention.json").read_text())["keep"]
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+) days \|", page, re.MULTILINE))
    assert told == {kind: str(rule["days"]) for kind, rule in keep.items()}


def test_every_item_of_the_checklist_is_whole() -> None:
    """What, why, where in Homeward, who decides; and a law has an address."""
    rows = [line for line in (DOCS / "privacy.md").read_text().splitlines() if line.startswith("| [ ]")]
    assert len(rows) >= 20
    for line in rows:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert len(cells) == 5, line
        assert all(cells), line


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.what)
def test_capacity_extrapolates_what_was_measured(job: object) -> None:
    """Every figure that a job stands on is in the pages that say how it was measured."""
    measured = "\n".join(
        (ROOT / name).read_text() for name in ("README.md", "docs/audit.md", "dags/sync_namus_cases.py")
    )
    for number in re.findall(r"\d[\d,.]*\d(?= (?:cases|faces|photos|events|s\b))", job.basis):  # type: ignore[attr-defined]
        assert number in measured, number


def test_every_variable_that_the_code_reads_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "environment.md").read_text()
    told = set(re.findall(r"^\| `(HOMEWARD_[A-Z_]+)`", page, re.MULTILINE))
    rooms = ("src", "plugins", "dags", "edge", "standins", "tests/aws")
    code = "\n".join(path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py"))
    read = set(re.findall(r"HOMEWARD_[A-Z_]*[A-Z]\b", code)) - PREFIXES
    assert told == read | {f"{prefix}_{name}" for prefix in PREFIXES for name in SITE}


# A source's variables are put together: `adapters/sources/site.py`.
PREFIXES = {"HOMEWARD_NAMUS", "HOMEWARD_FBI"}
SITE = {name.removeprefix("{setting}_") for name in re.findall(r"\{setting\}_[A-Z_]+", inspect.getsource(Site))}
PAGES = ("capacity", "security", "privacy", "deployment", "upgrade", "compose")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    page = DOCS / f"{name}.md"
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("name", PAGES)
def test_commands_exist(name: str) -> None:
    from typer.main import get_command

    from homeward.cli import app

    known = get_command(app).commands  # type: ignore[attr-defined]
    for command in re.findall(r"\bhomeward ([a-z]+)\b(?= |`|\n)", "\n".join(code((DOCS / f"{name}.md").read_text()))):
        assert command in known, command


def code(text: str) -> list[str]:
    return re.findall(r"```[^`]*```|`[^`]+`", text)
