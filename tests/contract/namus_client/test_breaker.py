"""After a refusal nobody on this machine asks the site again, until the time has passed or a person allows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import SiteClient
from homeward.domain.errors import SettingsError, SourceBlockedError
from tests.contract.namus_client.scripted import Answer, ScriptedServer, scripted_server

ROOT = Path(__file__).resolve().parents[3]


def refused(server: ScriptedServer, client: SiteClient) -> str:
    """Be refused once; the text of the error."""
    server.answers["/x"] = [Answer(b"no", 403), Answer(b"ok")]
    with pytest.raises(SourceBlockedError) as first:
        client.get("/x", 9)
    return str(first.value)


def test_nobody_asks_again_after_one_refusal(server: ScriptedServer, site: Site, client: SiteClient) -> None:
    refused(server, client)
    for other in (client, SiteClient(site)):
        with pytest.raises(SourceBlockedError):
            other.post("/y", {}, 9)
    assert len(server.asked) == 1
    assert client.traffic.requests == 1


def test_no_other_process_does_either(server: ScriptedServer, client: SiteClient) -> None:
    refused(server, client)
    code = (
        "import sys; from homeward.adapters.sources.web import Site, SiteClient\n"
        "from homeward.domain.errors import SourceBlockedError\n"
        "try: SiteClient(Site('X', sys.argv[1])).get('/x', 9)\n"
        "except SourceBlockedError as problem: print(problem)"
    )
    done = subprocess.run([sys.executable, "-c", code, server.url], cwd=ROOT, stdout=subprocess.PIPE, timeout=60)
    assert b"nothing on this machine asks it again before" in done.stdout
    assert len(server.asked) == 1


def test_the_error_says_until_when_and_how_to_mend_it(server: ScriptedServer, client: SiteClient, sheets: Path) -> None:
    text = refused(server, client)
    assert re.search(r"before 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC", text)
    file = Path(text.rsplit("delete ", 1)[1])
    assert file.parent == sheets
    assert "refused GET /x (403)" in file.read_text()
    file.unlink()
    assert client.get("/x", 9) == b"ok"


def test_the_time_passes(server: ScriptedServer, client: SiteClient) -> None:
    file = Path(refused(server, client).rsplit("delete ", 1)[1])
    long_ago = time.time() - 60 * 60 + 30
    os.utime(file, (long_ago, long_ago))
    with pytest.raises(SourceBlockedError):
        client.get("/x", 9)
    os.utime(file, (long_ago - 31, long_ago - 31))
    assert client.get("/x", 9) == b"ok"


def test_a_second_refusal_blocks_anew(server: ScriptedServer, site: Site) -> None:
    server.answers["/x"] = [Answer(status=403)]
    client = SiteClient(replace(site, blocked_minutes=0.001))
    for asked in (1, 2):
        with pytest.raises(SourceBlockedError):
            client.get("/x", 9)
        assert len(server.asked) == asked
        with pytest.raises(SourceBlockedError):
            SiteClient(site).get("/x", 9)  # for whom the block is longer
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and _blocked(client):
            time.sleep(0.005)


def _blocked(client: SiteClient) -> bool:
    try:
        client._breaker.check()
    except SourceBlockedError:
        return True
    return False


def test_another_site_is_not_concerned(server: ScriptedServer, client: SiteClient, site: Site) -> None:
    refused(server, client)
    with scripted_server() as other:
        other.answers["/x"] = [Answer(b"ok")]
        assert SiteClient(replace(site, url=other.url)).get("/x", 9) == b"ok"


def test_a_try_that_waits_is_not_made_once_another_was_refused(
    server: ScriptedServer, site: Site, client: SiteClient
) -> None:
    def busy_and_meanwhile(_: object) -> Answer:
        client._breaker.trip("GET /y")
        return Answer(status=503)

    server.answers["/x"] = busy_and_meanwhile
    with pytest.raises(SourceBlockedError):
        client.get("/x", 9)
    assert len(server.asked) == 1


def test_it_can_be_switched_off(server: ScriptedServer, site: Site, sheets: Path) -> None:
    client = SiteClient(replace(site, blocked_minutes=0))
    assert "refuses us (403)" in refused(server, client)
    assert client.get("/x", 9) == b"ok"
    assert list(sheets.iterdir()) == []


def test_a_sheet_that_is_a_link_is_not_written_through(
    server: ScriptedServer, client: SiteClient, sheets: Path
) -> None:
    target = sheets / "target"
    client._breaker._file.symlink_to(target)
    server.answers["/x"] = [Answer(status=403)]
    with pytest.raises(SettingsError, match="homeward-blocked"):
        client.get("/x", 9)
    assert not target.exists()
