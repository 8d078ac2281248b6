"""Every fault over real HTTP: what a client gets, and that the next one gets the truth again."""

from __future__ import annotations

import json
import struct
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import cv2
import numpy as np
import psutil
import pytest
import requests

from . import raw
from .conftest import Server


@pytest.fixture(scope="session")
def number(_small: Server) -> int:
    """A case with a drawn face."""
    return next(number for number in _small.numbers(take=50) if "defaultImage" in _small.case(number))


@pytest.fixture(scope="session")
def detail(_small: Server, number: int) -> str:
    return f"/api/CaseSets/NamUs/MissingPersons/Cases/{number}"


@pytest.fixture(scope="session")
def picture(_small: Server, number: int) -> str:
    href: str = _small.case(number)["images"][0]["files"]["original"]["href"]
    return href


# ------------------------------------------------------------------------------------- time


def test_a_slow_answer_begins_late(small: Server, detail: str) -> None:
    small.fault("slow", seconds=0.7, times=1)
    with pytest.raises(requests.ReadTimeout):
        requests.get(small.url + detail, timeout=0.3)
    small.fault("slow", seconds=0.7, times=1)
    began = time.monotonic()
    assert small.get(detail).status_code == 200
    assert time.monotonic() - began >= 0.7


def test_a_slow_answer_holds_up_nobody_else(small: Server, detail: str) -> None:
    small.fault("slow", seconds=3, times=1)
    with raw.connect(small.url) as waiting:
        raw.ask(waiting, detail)
        while not small.get("/_control/faults").json()[0]["done"]:
            pass
        assert small.get(detail).status_code == 200


def test_a_dripping_body_comes_in_pieces(small: Server, picture: str) -> None:
    whole = small.get(picture).content
    small.fault("drip", piece=len(whole) // 4 + 1, pause=0.15, times=1)
    began = time.monotonic()
    with requests.get(small.url + picture, stream=True, timeout=5) as answer:
        assert time.monotonic() - began < 0.4  # headers at once
        assert answer.headers["content-length"] == str(len(whole))
        assert answer.content == whole
    assert time.monotonic() - began >= 0.6


# ------------------------------------------------------------------------------- connection


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_connection_ends_before_the_answer(small: Server, detail: str, how: str) -> None:
    small.fault("drop", when="before", how=how, times=1)
    assert raw.exchange(small.url, detail) == (b"", how == "reset")
    small.fault("drop", when="before", how=how, times=1)
    with pytest.raises(requests.ConnectionError):
        small.get(detail)
    assert small.get(detail).status_code == 200


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_connection_ends_in_the_middle_of_a_body(small: Server, picture: str, how: str) -> None:
    whole = small.get(picture).content
    small.fault("drop", when="middle", how=how, times=2)
    answer, reset = raw.exchange(small.url, picture)
    head, body = raw.split(answer)
    assert f"content-length: {len(whole)}".encode() in head
    assert body == whole[: len(whole) // 2]
    assert reset == (how == "reset")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        small.get(picture)
    assert small.get(picture).content == whole


@pytest.mark.parametrize("by", [50, -50])
def test_a_length_is_not_that_of_the_body(small: Server, picture: str, by: int) -> None:
    whole = small.get(picture).content
    small.fault("wrong_length", by=by, times=2)
    head, body = raw.split(raw.exchange(small.url, picture)[0])
    assert f"content-length: {len(whole) + by}".encode() in head
    assert body == whole
    if by > 0:
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            small.get(picture)
    else:
        assert small.get(picture).content == whole[:by]


# ----------------------------------------------------------------------------------- status


@pytest.mark.parametrize("status", [403, 429, 500, 502, 503, 504])
def test_the_answer_is_a_status(small: Server, detail: str, status: int) -> None:
    small.fault("status", status=status, times=1)
    answer = small.get(detail)
    assert (answer.status_code, "retry-after" in answer.headers) == (status, False)
    assert small.get(detail).status_code == 200


def test_when_to_come_again_is_told_in_seconds_or_as_a_date(small: Server, detail: str) -> None:
    small.fault("status", status=429, retry_after=7, times=1)
    assert small.get(detail).headers["retry-after"] == "7"
    small.fault("status", status=429, retry_after=7, as_date=True, times=1)
    then = parsedate_to_datetime(small.get(detail).headers["retry-after"])
    assert timedelta(seconds=4) < then - datetime.now(UTC) <= timedelta(seconds=8)


def test_a_redirect_leads_to_another_host(small: Server, detail: str) -> None:
    asked = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as other:
        threading.Thread(target=other.serve_forever, args=(0.01,), daemon=True).start()
        there = f"http://127.0.0.1:{other.server_address[1]}"
        small.fault("redirect", to=there, status=307, times=2)
        stays = requests.get(small.url + detail, allow_redirects=False, timeout=5)
        assert (stays.status_code, stays.headers["location"]) == (307, there + detail.lower())
        assert asked == []
        assert requests.get(small.url + detail, timeout=5).url == there + detail.lower()
        assert asked == [detail.lower()]
        other.shutdown()


def test_without_an_address_a_redirect_leads_nowhere(small: Server, detail: str) -> None:
    small.fault("redirect", times=1)
    answer = requests.get(small.url + detail, allow_redirects=False, timeout=5)
    assert answer.headers["location"].startswith("http://elsewhere.invalid/")


# ---------------------------------------------------------------------------------- content


def test_a_maintenance_page_instead_of_json(small: Server, detail: str) -> None:
    small.fault("html", times=1)
    answer = small.get(detail)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_json_that_was_cut_off(small: Server, detail: str) -> None:
    whole = small.get(detail).content
    small.fault("truncated", part=0.8, times=1)
    answer = small.get(detail)
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == whole[: int(len(whole) * 0.8)]
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_wrong_types_in_a_detail(small: Server, detail: str) -> None:
    small.fault("wrong_types", times=1)
    case = small.get(detail).json()
    assert isinstance(case["id"], str)
    assert isinstance(case["images"], dict)
    assert isinstance(case["modifiedDateTime"], int)
    assert isinstance(case["subjectDescription"], list)


def test_wrong_types_in_a_search_and_in_the_states(small: Server) -> None:
    small.fault("wrong_types", times=2)
    first, second = small.rows(projections=["namus2Number", "modifiedDateTime"], take=2)
    assert (type(first["namus2Number"]), type(second["namus2Number"])) == (str, int)
    assert small.get("/api/CaseSets/NamUs/States").json()[0] == "California"


def test_any_value_can_be_put_anywhere_or_left_out(small: Server, detail: str) -> None:
    put = {"images.0.files.original.storageKey": None, "sighting.date": "soon", "no.such.path": 1, "images.99": 1}
    small.fault("wrong_types", set=put, remove=["modifiedDateTime", "images.0.caption", "x.y"], times=1)
    right = small.case(int(detail.rsplit("/", 1)[1]))
    wrong = right
    right = small.get(detail).json()
    assert wrong["images"][0]["files"]["original"].pop("storageKey") is None
    assert right["images"][0]["files"]["original"].pop("storageKey")
    assert wrong["sighting"].pop("date") == "soon"
    assert right["sighting"].pop("date")
    assert right.pop("modifiedDateTime")
    right["images"][0].pop("caption", None)
    assert wrong == right


def test_a_wrong_content_type(small: Server, picture: str) -> None:
    whole = small.get(picture).content
    small.fault("wrong_content_type", content_type="text/plain", times=1)
    answer = small.get(picture)
    assert (answer.headers["content-type"], answer.content) == ("text/plain", whole)


def test_a_picture_that_is_none(small: Server, picture: str) -> None:
    small.fault("no_picture", times=1)
    answer = small.get(picture)
    assert answer.headers["content-type"] == "image/jpg"
    assert cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR) is None


# ----------------------------------------------------------------------------------- floods


@pytest.mark.parametrize("chunked", [True, False])
def test_a_picture_of_200_megabytes(small: Server, picture: str, chunked: bool) -> None:
    small.fault("huge_picture", chunked=chunked, times=1)
    with requests.get(small.url + picture, stream=True, timeout=10) as answer:
        told = "chunked" if chunked else "200000000"
        assert answer.headers["transfer-encoding" if chunked else "content-length"] == told
        pieces = answer.iter_content(1 << 20)
        start = next(pieces)
        assert cv2.imdecode(np.frombuffer(start, np.uint8), cv2.IMREAD_COLOR) is not None
        assert len(start) + sum(len(piece) for piece in pieces) == 200_000_000


def memory(small: Server) -> int:
    """Bytes that the server's process holds now."""
    port = int(small.url.rsplit(":", 1)[1])
    for process in psutil.Process().children(recursive=True):
        if any(found.laddr.port == port for found in process.net_connections("tcp") if found.status == "LISTEN"):
            return int(process.memory_info().rss)
    raise LookupError("the server is no child of this process")


@pytest.mark.parametrize("fault", ["endless", "huge_picture"])
def test_a_flood_that_nobody_reads_fills_no_memory_and_ends_with_the_connection(
    small: Server, picture: str, fault: str
) -> None:
    before = memory(small)
    small.fault(fault, times=1)
    with raw.connect(small.url) as connection:
        raw.ask(connection, picture)
        assert connection.recv(15).startswith(b"HTTP/1.1 200")
        assert small.get(picture).status_code == 200
        assert memory(small) - before < 50_000_000
    assert small.get(picture).status_code == 200


def test_a_body_without_end(small: Server, detail: str, picture: str) -> None:
    small.fault("endless", times=2)
    for path, start in ((detail, b'{"count"'), (picture, b"\xff\xd8")):
        with requests.get(small.url + path, stream=True, timeout=10) as answer:
            pieces = answer.iter_content(1 << 20)
            assert next(pieces).startswith(start)
            assert sum(len(next(pieces)) for _ in range(30)) > 1_000_000


def chunks(png: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG; asserts that their checksums are right."""
    found, place = {}, 8
    while place < len(png):
        (length,), kind = struct.unpack(">I", png[place : place + 4]), png[place + 4 : place + 8]
        content = png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length]) == (zlib.crc32(kind + content),)
        found[kind] = content
        place += 12 + length
    return found


def test_a_png_that_says_it_is_giant(small: Server, picture: str) -> None:
    small.fault("png_bomb", width=60_000, height=50_000, times=1)
    answer = small.get(picture)
    assert answer.headers["content-type"] == "image/png"
    assert len(answer.content) < 1000
    assert struct.unpack(">II", chunks(answer.content)[b"IHDR"][:8]) == (60_000, 50_000)


def test_a_png_whose_data_unpack_to_far_more(small: Server, picture: str) -> None:
    small.fault("png_bomb", kind="data", mebibytes=40, times=1)
    found = chunks(small.get(picture).content)
    assert struct.unpack(">II", found[b"IHDR"][:8]) == (100, 100)
    assert len(found[b"IDAT"]) < 100_000
    assert len(zlib.decompress(found[b"IDAT"])) == 40 * 1024 * 1024  # its checksum, too, is right


def test_json_that_unpacks_to_far_more(small: Server, detail: str) -> None:
    small.fault("gzip_bomb", mebibytes=30, times=2)
    with requests.get(small.url + detail, stream=True, timeout=10) as answer:
        assert len(answer.raw.read(decode_content=False)) < 100_000
    assert small.get(detail).content == b" " * (30 * 1024 * 1024)


# ------------------------------------------------------------------------------------ drift

ORDER = [{"field": "modifiedDateTime", "direction": "Descending"}]


def page(small: Server, skip: int, take: int = 5) -> tuple[int, list[int]]:
    body: dict[str, Any] = {"projections": ["namus2Number"], "orderSpecifications": ORDER, "skip": skip, "take": take}
    answer = small.search(**body).json()
    return answer["count"], [row["namus2Number"] for row in answer["results"]]


def test_a_case_that_leaves_moves_the_next_page_up(small: Server) -> None:
    count, before = page(small, 0, 10)
    small.fault("drift", what="withdraw", on="search", times=1)
    assert page(small, 0) == (count, before[:5])
    assert page(small, 5, 4) == (count - 1, before[6:])  # nobody saw before[5]
    assert small.do(do="restore", numbers=[before[0]]) == [before[0]]


def test_a_case_that_is_touched_moves_the_next_page_down(small: Server) -> None:
    count, before = page(small, 0, 10_000)
    last = before[-1]
    modified = small.told(last)["modifiedDateTime"]
    small.fault("drift", what="touch", on="search", times=1)
    page(small, 0)
    assert page(small, 5) == (count, before[4:9])  # before[4] is seen twice, and the last one never
    assert page(small, 0, 1) == (count, [last])
    assert small.control(last, modifiedDateTime=modified).status_code == 204


def test_a_case_that_comes_moves_the_next_page_down(small: Server) -> None:
    count, before = page(small, 0, 10)
    state = small.told(before[0])["states"][0]
    small.fault("drift", what="publish", on="search", times=1)
    page(small, 0)
    assert page(small, 5) == (count + 1, before[4:9])
    (new,) = page(small, 0, 1)[1]
    assert new not in before
    assert small.told(new)["states"] == [state]
    small.do(do="withdraw", numbers=[new])


def test_what_goes_wrong_is_counted_as_a_request(small: Server, detail: str) -> None:
    requests.delete(f"{small.url}/_control/requests", timeout=10)
    small.fault("status", times=2)
    small.get(detail)
    small.get(detail)
    assert json.loads(small.get("/_control/requests").content) == {"detail": 2}
