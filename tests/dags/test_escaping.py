"""Whatever a record says, the desk's pages show it as text."""

from __future__ import annotations

import re

from homeward_airflow.desk.page import HERE, page

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def test_a_page_escapes_what_it_is_given() -> None:
    body = bytes(
        page("error.html", view="reviews", user=HOSTILE, status=404, title=HOSTILE, text=HOSTILE).body
    ).decode()
    assert "alert(1)" in body
    assert "<script>alert" not in body
    assert "<img" not in body


def test_no_template_turns_escaping_off_and_no_page_has_scripts_of_its_own() -> None:
    for template in (HERE / "templates").glob("*.html"):
        text = template.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape\s+false", text), template.name
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=", text), template.name
