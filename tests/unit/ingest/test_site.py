"""Whom we may ask: a rule on the address."""

from __future__ import annotations

import struct
import tempfile
import time
from pathlib import Path

import pytest

from homeward.adapters.sources.pacing import Pace
from homeward.adapters.sources.site import Site
from homeward.domain.errors import SettingsError, SourceError

GRANTED = {"authority": "A. Example, NIJ; 2026-11-01; letter 12", "contact": "ops@example.org"}


def site(url: str, **changes: str) -> Site:
    return Site("HOMEWARD_NAMUS", url, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:14588", "http://localhost:1", "http://[::1]:14588", "http://127.9.9.9"]
)
def test_this_machine_needs_no_permission(url: str) -> None:
    site(url).check()


@pytest.mark.parametrize(
    "url",
    [
        "https://www.namus.gov",
        "https://localhost.example.org",
        "https://127.0.0.1.example.org",
        "https://user@192.0.2.1",
        "https://127.0.0.1@example.org",
        "https://0.0.0.0",
        "https://",
        "www.namus.gov",
        "https://example.org\\@127.0.0.1",  # which parsers read differently
        "https://127.0.0.1.",
    ],
)
def test_everybody_else_does(url: str) -> None:
    with pytest.raises(SourceError, match="HOMEWARD_NAMUS_"):
        site(url).check()


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(SourceError) as refusal:
        site("https://www.namus.gov").check()
    for name in ("HOMEWARD_NAMUS_AUTHORITY=", "HOMEWARD_NAMUS_CONTACT", "HOMEWARD_NAMUS_URL", "permission"):
        assert name in str(refusal.value)


def test_with_permission_and_contact_we_may() -> None:
    site("https://www.namus.gov", **GRANTED).check()


@pytest.mark.parametrize(
    "changes",
    [
        {"authority": "yes"},
        {"authority": "A. Example"},
        {"authority": "; 2026-11-01; letter"},
        {"authority": "A. Example; someday; letter"},
        {"authority": "A. Example; 2026-13-45; letter"},
        {"authority": "A. Example; 2026-11-01;"},
        {"contact": " "},
    ],
)
def test_half_a_permission_is_none(changes: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="AUTHORITY"):
        site("https://www.namus.gov", **{**GRANTED, **changes}).check()


def test_beyond_this_machine_there_is_no_plain_http() -> None:
    with pytest.raises(SourceError, match="https"):
        site("http://www.namus.gov", **GRANTED).check()


def test_settings_come_from_the_environment() -> None:
    environment = {"X_URL": "http://127.0.0.1:9/", "X_REQUESTS_PER_SECOND": "0.5", "X_CA_BUNDLE": "/ca.pem"}
    found = Site.from_environment("X", "https://default", environment)
    assert (found.url, found.requests_per_second, found.ca_bundle) == ("http://127.0.0.1:9", 0.5, "/ca.pem")
    assert Site.from_environment("X", "https://default", {}) == Site("X", "https://default")
    assert Site("X", "y").requests_per_second == 1.0


@pytest.mark.parametrize("url", ["http://[::1", "http://a:b:c", "http://127.0.0.1:99999"])
def test_what_is_no_address_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="HOMEWARD_NAMUS_URL"):
        site(url).check()


@pytest.mark.parametrize("contact", ["a\nb", "Łódź", "a\tb"])
def test_a_contact_fits_into_a_header(contact: str) -> None:
    with pytest.raises(SettingsError, match="X_CONTACT"):
        Site.from_environment("X", "https://default", {"X_CONTACT": contact})


def test_how_long_a_refusal_blocks_is_a_setting() -> None:
    assert Site("X", "y").blocked_minutes == 60
    assert Site.from_environment("X", "https://default", {"X_BLOCKED_MINUTES": "1.5"}).blocked_minutes == 1.5
    with pytest.raises(SettingsError, match="X_BLOCKED_MINUTES"):
        Site.from_environment("X", "https://default", {"X_BLOCKED_MINUTES": "for ever"})


@pytest.mark.parametrize("pace", ["", "fast", "-1", "inf", "nan", "1e9"])
def test_a_pace_is_a_number(pace: str) -> None:
    with pytest.raises(SettingsError, match="X_REQUESTS_PER_SECOND"):
        Site.from_environment("X", "https://default", {"X_REQUESTS_PER_SECOND": pace})


def test_the_pace_is_kept_across_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clients of one site share its pace, as two processes do: the sheet is a file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    started = time.monotonic()
    for _ in range(3):
        Pace("here", 20).wait()
        Pace("here", 20).wait()
    assert time.monotonic() - started >= 5 / 20 - 0.01


@pytest.mark.parametrize("sheet", [b"", b"xx", b"y" * 99, struct.pack("<d", 4e12), struct.pack("<d", float("nan"))])
def test_a_damaged_sheet_is_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: bytes) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Pace("here", 1000).wait()
    (file,) = tmp_path.iterdir()
    file.write_bytes(sheet)
    assert Pace("here", 1000)._book() == pytest.approx(time.time(), abs=5)


def test_without_a_limit_there_is_no_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Pace("here", 0).wait()
    assert list(tmp_path.iterdir()) == []
