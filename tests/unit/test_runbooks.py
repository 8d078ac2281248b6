"""Whatever wakes an operator names a page that is there, and no page is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from homeward.domain.runbooks import RUNBOOKS, Runbook

ROOT = Path(__file__).resolve().parents[2]
INDEX = ROOT / RUNBOOKS / "README.md"
# What people look up by themselves, when nobody was woken.
NOBODY_IS_WOKEN = {Runbook.ALERTS, Runbook.SUPPRESSIONS}


def sources() -> str:
    """All code that can tell operators something."""
    rooms = ("src", "dags", "plugins")
    return "".join(path.read_text() for room in rooms for path in sorted((ROOT / room).rglob("*.py")))


def test_the_pages_are_the_files() -> None:
    assert {book.path for book in Runbook} == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / RUNBOOKS).glob("*.md") if path != INDEX
    }


@pytest.mark.parametrize("book", Runbook)
def test_a_page_is_in_the_index_and_says_what_it_is_about(book: Runbook) -> None:
    assert f"({Path(book.path).name})" in INDEX.read_text()
    assert (ROOT / book.path).read_text().startswith("# ")


@pytest.mark.parametrize("book", [book for book in Runbook if book not in NOBODY_IS_WOKEN])
def test_something_names_it(book: Runbook) -> None:
    template = (ROOT / "infra" / "template.yaml").read_text()
    assert f"Runbook.{book.name}" in sources() or book.path in template


def test_a_page_is_named_by_its_constant_only() -> None:
    """A path in a text can't be checked, and dies unseen."""
    messages = re.sub(r'"""(.|\n)*?"""', "", sources())
    assert re.findall(r"docs/runbooks/\w+", messages) == []


@pytest.mark.parametrize("page", sorted((ROOT / RUNBOOKS).glob("*.md")), ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_docstrings_name_pages_that_are_there() -> None:
    named = set(re.findall(r"docs/runbooks/\w+\.md", sources()))
    assert named <= {book.path for book in Runbook}
