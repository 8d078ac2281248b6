"""How we behave towards a site, over real HTTP: who we say we are, how often we ask, and what we do when refused."""

from __future__ import annotations

import gzip
import itertools
import os
import subprocess
import sys
import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
from urllib3 import HTTPResponse
from urllib3.util.retry import RequestHistory

from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import RETRIES, RETRY_AFTER_SECONDS, SiteClient
from homeward.domain.errors import (
    HomewardError,
    NotFoundError,
    RequestRefusedError,
    ServerFailedError,
    ServiceUnavailableError,
    SettingsError,
    SourceBlockedError,
    SourceError,
    ThrottledError,
)
from homeward.domain.sources import Traffic
from tests.contract.namus_client.scripted import Answer, ScriptedServer

ROOT = Path(__file__).resolve().parents[3]


def test_we_say_who_we_are(server: ScriptedServer, site: Site) -> None:
    server.answers["/x"] = [Answer(b"ok")]
    assert SiteClient(replace(site, contact="ops@example.org")).get("/x", 10) == b"ok"
    assert server.asked[0].headers["User-Agent"].startswith("Homeward/")
    assert server.asked[0].headers["User-Agent"].endswith("(+ops@example.org)")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_may_pass_is_tried_again(server: ScriptedServer, site: Site, method: str, status: int) -> None:
    server.answers["/x"] = [Answer(status=status), Answer(status=status), Answer(b"ok")]
    asked = SiteClient(site)
    assert (asked.get("/x", 9) if method == "GET" else asked.post("/x", {"a": 1}, 9)) == b"ok"
    assert [found.method for found in server.asked] == [method] * 3
    assert server.asked[-1].body == ({"a": 1} if method == "POST" else None)


@pytest.mark.parametrize(
    ("status", "error", "tries"),
    [
        (429, ThrottledError, RETRIES + 1),
        (500, ServerFailedError, RETRIES + 1),
        (503, ServiceUnavailableError, RETRIES + 1),
        (403, SourceBlockedError, 1),
        (404, NotFoundError, 1),
        (410, NotFoundError, 1),
        (400, RequestRefusedError, 1),
        (401, SourceError, 1),
    ],
)
def test_what_lasts_becomes_its_error(
    server: ScriptedServer, site: Site, status: int, error: type[HomewardError], tries: int
) -> None:
    server.answers["/x"] = [Answer(b"why", status)]
    with pytest.raises(error) as raised:
        SiteClient(site).get("/x", 9)
    assert type(raised.value) is error
    assert len(server.asked) == tries


def test_every_try_is_counted_and_every_byte_by_its_kind(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(status=503), Answer(b"12345")]
    server.answers["/y"] = [Answer(b"123")]
    server.answers["/z"] = [Answer(gzip.compress(bytes(9_000)), headers={"Content-Encoding": "gzip"})]
    client.get("/x", 9, "record")
    client.get("/y", 9, "record")
    client.get("/z", 10_000, "picture")
    packed = len(gzip.compress(bytes(9_000)))
    assert client.by_kind == {"record": Traffic(3, 8), "picture": Traffic(1, packed)}
    assert client.traffic == Traffic(4, 8 + packed)
    assert client.traffic - Traffic(3, 8) == client.by_kind["picture"]


def test_further_tries_keep_the_pace_too(server: ScriptedServer, site: Site) -> None:
    server.answers["/x"] = [Answer(status=503), Answer(status=503), Answer(b"ok")]
    SiteClient(replace(site, requests_per_second=5)).get("/x", 9)
    times = [found.at for found in server.asked]
    assert all(after - before >= 0.19 for before, after in itertools.pairwise(times))


def test_one_connection_serves_many_requests(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(b"ok")]
    server.answers["/z"] = [Answer(gzip.compress(b"ok"), headers={"Content-Encoding": "gzip"})]
    for path in ("/x", "/z") * 3:
        assert client.get(path, 9) == b"ok"
    with pytest.raises(NotFoundError):
        client.get("/nothing", 9)
    client.get("/x", 9)
    assert len({found.port for found in server.asked}) <= 2  # an answer with an error may cost its connection


def test_the_server_says_how_long_to_wait(server: ScriptedServer, site: Site) -> None:
    server.answers["/x"] = [Answer(status=429, headers={"Retry-After": "1"}), Answer(b"ok")]
    assert SiteClient(site).get("/x", 9) == b"ok"
    assert server.asked[1].at - server.asked[0].at >= 1


def test_the_server_says_until_when_to_wait(server: ScriptedServer, client: SiteClient) -> None:
    until = formatdate(time.time() + 2, usegmt=True)  # whole seconds: between one and two from now
    server.answers["/x"] = [Answer(status=503, headers={"Retry-After": until}), Answer(b"ok")]
    assert client.get("/x", 9) == b"ok"
    assert server.asked[1].at - server.asked[0].at >= 0.9


@pytest.mark.parametrize("after", ["99999999", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_nobody_makes_us_wait_for_ever(client: SiteClient, after: str) -> None:
    retries = client._session.get_adapter(client.site.url).max_retries
    assert retries.get_retry_after(HTTPResponse(headers={"Retry-After": after})) == RETRY_AFTER_SECONDS


def test_a_wait_that_is_nonsense_is_an_error(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(status=429, headers={"Retry-After": "soon"})]
    with pytest.raises(ServiceUnavailableError, match="soon"):
        client.get("/x", 9)


def test_we_pause_before_every_try_and_longer_each_time(server: ScriptedServer, site: Site) -> None:
    server.answers["/x"] = [Answer(status=503)]
    with pytest.raises(ServiceUnavailableError):
        SiteClient(replace(site, pause_seconds=0.1)).get("/x", 9)
    pauses = [after.at - before.at for before, after in itertools.pairwise(server.asked)]
    assert len(pauses) == RETRIES
    assert all(pause >= least for pause, least in zip(pauses, (0.05, 0.2, 0.4, 0.8), strict=True))


def test_pauses_differ_so_that_clients_do_not_come_back_together(server: ScriptedServer, site: Site) -> None:
    retries = SiteClient(site)._session.get_adapter(server.url).max_retries
    first = retries.new(history=(RequestHistory("GET", "/x", None, 503, None),))
    second = retries.new(history=first.history * 2)
    for retry in (first, second):
        assert len({retry.get_backoff_time() for _ in range(20)}) > 10


def test_nobody_there(server: ScriptedServer, site: Site) -> None:
    gone = replace(site, url="http://127.0.0.1:1")
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:1"):
        SiteClient(gone).get("/x", 9)


def test_a_bundle_that_is_missing_is_named(server: ScriptedServer, site: Site) -> None:
    nowhere = replace(site, url=server.url.replace("http:", "https:"), ca_bundle="/nowhere/ca.pem")
    with pytest.raises(SettingsError, match="CA_BUNDLE"):
        SiteClient(nowhere).get("/x", 9)


def test_without_permission_not_one_request_is_sent() -> None:
    asked = SiteClient(Site("HOMEWARD_NAMUS", "https://cases.invalid"))
    with pytest.raises(SourceError, match="permission"):
        asked.get("/x", 9)
    assert asked.traffic.requests == 0


def test_no_proxy_is_asked_for_this_machine(
    server: ScriptedServer, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answers["/x"] = [Answer(b"ok")]
    assert SiteClient(site).get("/x", 9) == b"ok"


def test_processes_share_one_pace(server: ScriptedServer, tmp_path: Path) -> None:
    server.answers["/x"] = [Answer(b"ok")]
    code = (
        "import sys; from homeward.adapters.sources.web import Site, SiteClient\n"
        "client = SiteClient(Site('X', sys.argv[1], requests_per_second=10))\n"
        "[client.get('/x', 9) for _ in range(5)]"
    )
    command = [sys.executable, "-c", code, server.url]
    running = [subprocess.Popen(command, cwd=ROOT, env=own_sheet(tmp_path)) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    times = sorted(found.at for found in server.asked)
    assert len(times) == 15
    assert times[-1] - times[0] >= 14 / 10 * 0.95


def own_sheet(folder: Path) -> dict[str, str]:
    """An environment in which the booking sheets lie in a folder of the test's own."""
    return {**os.environ, "TMPDIR": str(folder)}


def test_no_turn_is_given_twice(tmp_path: Path) -> None:
    """Processes that book at the same moment get turns that lie apart."""
    code = (
        "import sys; from homeward.adapters.sources.pacing import Pace\n"
        "pace = Pace(sys.argv[1], 1000)\n"
        "print(*(repr(pace._book()) for _ in range(1000)))"
    )
    command = [sys.executable, "-c", code, "here"]
    booking = {"cwd": ROOT, "env": own_sheet(tmp_path), "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **booking) for _ in range(4)]
    turns = sorted(float(turn) for process in running for turn in process.communicate(timeout=60)[0].split())
    assert len(turns) == 4000
    assert min(after - before for before, after in itertools.pairwise(turns)) > 0.000_99
