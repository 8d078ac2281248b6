"""Bodies that lie, never end, break off or burst: quickly an error or a bounded answer, never short data."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from homeward.adapters.sources import answers
from homeward.adapters.sources.namus import NamusSource
from homeward.adapters.sources.web import SiteClient
from homeward.domain.errors import HomewardError, ServiceUnavailableError, SourceError
from tests.contract.namus_client.scripted import Answer, ScriptedServer, scripted_server
from tests.factories import namus

GZIP = {"Content-Encoding": "gzip"}
CHUNKED = {"Transfer-Encoding": "chunked"}


def endless(chunk: bytes) -> Iterator[bytes]:
    while True:
        yield chunk


def test_a_redirect_is_not_followed(server: ScriptedServer, client: SiteClient) -> None:
    with scripted_server() as other:
        for status in (301, 302, 303, 307, 308):
            server.answers["/x"] = [Answer(status=status, headers={"Location": f"{other.url}/y"})]
            with pytest.raises(SourceError, match="redirected"):
                client.get("/x", 9)
        assert other.asked == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_is_read_to_its_limit_only(server: ScriptedServer, client: SiteClient, announced: bool) -> None:
    sent = []

    def forever() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield bytes(65536)

    server.answers["/x"] = [Answer(bytes(50_000_000) if announced else forever())]
    assert client.get("/x", 100_000) == bytes(100_001)
    assert len(sent) < 1000  # the server noticed that we hung up


def test_a_body_of_exactly_the_limit_is_whole(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(bytes(70_000))]
    assert client.get("/x", 70_000) == bytes(70_000)
    server.answers["/x"] = [Answer(gzip.compress(bytes(70_000)), headers=GZIP)]
    assert client.get("/x", 70_000) == bytes(70_000)


@pytest.mark.parametrize("times", [1, 2])
def test_a_small_body_that_unpacks_to_a_huge_one_is_cut(server: ScriptedServer, client: SiteClient, times: int) -> None:
    packed = bytes(200_000_000)
    for _ in range(times):
        packed = gzip.compress(packed, 3)
    server.answers["/x"] = [Answer(packed, headers=GZIP)]
    tracemalloc.start()
    assert len(client.get("/x", 1_000_000)) <= 1_000_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_body_that_unpacks_to_nothing_for_ever_ends(server: ScriptedServer, client: SiteClient) -> None:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    begin = packer.compress(b"x") + packer.flush(zlib.Z_FULL_FLUSH)

    def nothing() -> Iterator[bytes]:
        yield begin
        yield from endless(b"\x00\x00\x00\xff\xff" * 1_000)  # stored blocks of no length

    server.answers["/x"] = [Answer(nothing(), headers=GZIP)]
    with pytest.raises(SourceError, match="unpack to less"):
        client.get("/x", 100_000)


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "deflate", "zstd", "x" * 5_000])
def test_a_packing_that_we_did_not_ask_for_is_refused(server: ScriptedServer, client: SiteClient, coding: str) -> None:
    server.answers["/x"] = [Answer(b"anything", headers={"Content-Encoding": coding})]
    with pytest.raises(SourceError, match="didn't ask for"):
        client.get("/x", 100)


def test_what_is_not_packed_as_it_says_is_refused(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(b"<html>plain</html>", headers=GZIP)]
    with pytest.raises(SourceError, match="unpacked"):
        client.get("/x", 100)


@pytest.mark.parametrize("chunk", [b"1", bytes(70_000)])
def test_a_body_that_drips_for_ever_is_given_up(
    server: ScriptedServer, client: SiteClient, monkeypatch: pytest.MonkeyPatch, chunk: bytes
) -> None:
    def drips() -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield chunk

    monkeypatch.setattr(answers, "BODY_SECONDS", 0.2)
    server.answers["/x"] = [Answer(drips())]
    with pytest.raises(ServiceUnavailableError, match="longer than"):
        client.get("/x", 10**9)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(iter([b"half"]), headers={"Content-Length": "8"}),
        Answer(iter([b"8\r\nhalf"]), headers=CHUNKED),
        Answer(iter([b"4\r\nhalf\r\n"]), headers=CHUNKED),  # the last chunk, which would say so, is missing
        Answer(iter([b"no size\r\nhalf"]), headers=CHUNKED),
        Answer(iter([gzip.compress(bytes(500))[:-9]]), headers=GZIP),
        Answer(iter([gzip.compress(bytes(500))[:-9]]), headers=GZIP | {"Content-Length": "900"}),
    ],
    ids=["length", "chunk", "last chunk", "no chunk", "gzip", "gzip and length"],
)
def test_a_body_that_breaks_off_is_an_error_not_a_short_body(
    server: ScriptedServer, client: SiteClient, answer: Answer
) -> None:
    server.answers["/x"] = [answer]
    with pytest.raises(ServiceUnavailableError):
        client.get("/x", 1_000)


def test_a_chunked_body_is_read_whole(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(iter([b"4\r\nhalf\r\n", b"5\r\n more\r\n0\r\n\r\n"]), headers=CHUNKED)]
    assert client.get("/x", 100) == b"half more"


def test_a_body_longer_than_it_says_does_not_spoil_the_next_answer(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(b"longer than this", headers={"Content-Length": "6"})]
    server.answers["/y"] = [Answer(b"ok")]
    for _ in range(3):
        assert client.get("/x", 100) == b"longer"
        assert client.get("/y", 100) == b"ok"


def test_a_server_that_hangs_up_is_asked_again(server: ScriptedServer, client: SiteClient) -> None:
    server.answers["/x"] = [Answer(hang_up=True), Answer(hang_up=True), Answer(b"ok")]
    assert client.get("/x", 9) == b"ok"
    assert client.traffic.requests == 3


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_endless_answer_with_an_error_ends(server: ScriptedServer, client: SiteClient, status: int) -> None:
    server.answers["/x"] = lambda _: Answer(endless(b"<p>" * 10_000), status)
    began = time.monotonic()
    with pytest.raises(HomewardError) as raised:
        client.get("/x", 1_000)
    assert len(str(raised.value)) < 1_000
    assert time.monotonic() - began < 5


# ------------------------------------------------------------------------- records and pictures


@pytest.fixture
def source(client: SiteClient) -> NamusSource:
    return NamusSource(client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sorry</html>",
        b'{"id": 51557, "created',
        b"null",
        b"[]",
        b'{"id": 51557}',
        b'{"id": "51557"}',
        b"[" * 50_000,
        {**namus.record(), "subjectDescription": []},
        {**namus.record(), "images": {"id": 1}},
        {**namus.record(), "images": [[]]},
        {**namus.record(), "modifiedDateTime": 5},
        {**namus.record(), "padding": "x" * 5_000_000},
    ],
)
def test_a_record_that_is_none_is_an_error(server: ScriptedServer, source: NamusSource, body: Any) -> None:
    server.answers[f"{namus.CASES}/51557"] = [Answer(body)]
    with pytest.raises(SourceError):
        source.fetch("51557")


def test_records_are_counted_as_records(server: ScriptedServer, source: NamusSource) -> None:
    server.answers[f"{namus.CASES}/51557"] = [Answer(namus.record())]
    record = source.fetch("51557")
    assert str(record.case.key) == "namus:MP:51557"
    assert record.case.link == f"{server.url}/MissingPersons/Case#/51557"
    assert set(source.client.by_kind) == {"record"}
    assert source.traffic.bytes == len(record.raw)
    assert server.asked[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("mime", ["image/jpg", "image/pjpeg", "image/x-png", "text/html", None])
def test_a_picture_is_what_its_bytes_are(server: ScriptedServer, source: NamusSource, mime: str | None) -> None:
    path = f"{namus.CASES}/51557/Images/61676/Original"
    server.answers[path] = [Answer(namus.jpeg(), headers={"Content-Type": mime} if mime else {})]
    assert source.picture("51557", 61676, 10**6) == namus.jpeg()
    assert server.asked[0].headers["Accept-Encoding"] == "identity"
    assert set(source.client.by_kind) == {"picture"}


def test_a_picture_of_200_megabytes_is_not_read(server: ScriptedServer, source: NamusSource) -> None:
    path = f"{namus.CASES}/51557/Images/61676/Original"
    server.answers[path] = [Answer(endless(bytes(1_000_000)), headers={"Content-Length": "200000000"})]
    tracemalloc.start()
    assert len(source.picture("51557", 61676, 15_000_000)) == 15_000_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000
    assert source.traffic.bytes < 16_000_000
