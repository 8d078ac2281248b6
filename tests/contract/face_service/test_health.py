"""The pages that show how the service is doing: for people, for programs, for Prometheus. Nothing can be changed."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
import requests

from tests.contract.face_service.conftest import Faces

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? ([-+0-9.e]+|\+Inf)')


def get(url: str, path: str = "/", **headers: str) -> requests.Response:
    answer = requests.get(url + path, headers=headers, timeout=20)
    assert answer.status_code == 200
    return answer


def samples(url: str) -> dict[str, float]:
    """Every sample of /metrics; the page must be well formed."""
    answer = get(url, "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text.endswith("\n")
    found: dict[str, float] = {}
    typed: set[str] = set()
    for line in answer.text.splitlines():
        if line.startswith("#"):
            _, kind, name, _ = line.split(" ", 3)
            assert kind in ("HELP", "TYPE")
            typed.add(name)
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        assert re.sub("_(bucket|sum|count)$", "", match[1]) in typed, line
        assert line.rpartition(" ")[0] not in found, line
        found[line.rpartition(" ")[0]] = float(match[3])
    return found


@pytest.mark.parametrize("path", ["/", "/health"])
def test_programs_get_json_and_browsers_a_page(service_url: str, path: str) -> None:
    told = get(service_url, path).json()
    assert told["status"] == "ok"
    assert told["face_model"]
    assert told.keys() >= {"collections", "faces", "users", "uptime_seconds", "memory_bytes", "data_bytes"}
    page = get(service_url, path, **BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.startswith("<!doctype html>")
    for answer in (page, get(service_url, path)):
        assert answer.headers["vary"] == "accept"
        assert answer.headers["cache-control"] == "no-store"


def test_everything_counts_what_happens(service_url: str, client: Any, collection: str, faces: Faces) -> None:
    before, faces_before = samples(service_url), get(service_url).json()["faces"]
    client.index_faces(CollectionId=collection, Image={"Bytes": faces.portrait(13)}, ExternalImageId="person:13")
    with pytest.raises(client.exceptions.InvalidImageFormatException):
        client.index_faces(CollectionId=collection, Image={"Bytes": b"none"})
    client.create_user(CollectionId=collection, UserId="someone")
    after = samples(service_url)

    def more(sample: str) -> float:
        return after[sample] - before.get(sample, 0)

    assert get(service_url).json()["faces"] == faces_before + 1
    assert after[f'rekognition_collection_faces{{collection="{collection}"}}'] == 1
    assert after[f'rekognition_collection_users{{collection="{collection}"}}'] == 1
    assert more('rekognition_requests_total{operation="IndexFaces",code="OK"}') == 1
    assert more('rekognition_requests_total{operation="IndexFaces",code="InvalidImageFormatException"}') == 1
    assert more('rekognition_request_seconds_count{operation="IndexFaces"}') == 2
    assert more('rekognition_request_seconds_sum{operation="IndexFaces"}') > 0
    assert after["process_resident_memory_bytes"] > 10_000_000
    assert after["rekognition_data_bytes"] > 0
    page = get(service_url, **BROWSER).text
    row = re.search(rf"<tr><td>{collection}</td><td>(.*?)</td><td>(.*?)</td>", page)
    assert row
    assert row.groups() == ("1", "1")
    assert "<td>IndexFaces</td>" in page


def test_histograms_rise_to_their_count(service_url: str, client: Any) -> None:
    client.list_collections()
    buckets: dict[str, list[float]] = defaultdict(list)
    found = samples(service_url)
    for sample, value in found.items():
        if sample.startswith("rekognition_request_seconds_bucket"):
            buckets[sample.split('"')[1]].append(value)
    assert "ListCollections" in buckets
    for operation, counts in buckets.items():
        assert counts == sorted(counts)
        assert counts[-1] == found[f'rekognition_request_seconds_count{{operation="{operation}"}}']


def test_made_up_operations_make_no_new_samples(service_url: str) -> None:
    for target in ("RekognitionService.Made" + "x" * 500, "RekognitionService.MadeUp", 'a"b\\c'):
        requests.post(service_url, "{}", headers={"X-Amz-Target": target}, timeout=10)
    assert "Made" not in get(service_url, "/metrics").text
    assert samples(service_url)['rekognition_requests_total{operation="other",code="UnknownOperationException"}'] >= 3


def test_nothing_personal_and_nothing_from_elsewhere(
    service_url: str, client: Any, collection: str, faces: Faces
) -> None:
    told = client.index_faces(
        CollectionId=collection, Image={"Bytes": faces.portrait(13)}, ExternalImageId="nobody:else:knows"
    )
    client.create_user(CollectionId=collection, UserId="private-user")
    face_id = told["FaceRecords"][0]["Face"]["FaceId"]
    page = get(service_url, **BROWSER)
    for text in (page.text, get(service_url, "/metrics").text, get(service_url, "/health").text):
        for secret in ("nobody:else", "private-user", face_id):
            assert secret not in text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<script|<iframe|<form|<img|@import|url\(|https?://|src=", page.text)


@pytest.mark.parametrize("path", ["/", "/health", "/metrics"])
def test_the_pages_can_only_be_read(service_url: str, path: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", *(() if path == "/" else ("POST",))):
        answer = requests.request(method, service_url + path, timeout=10)
        assert answer.status_code == 405, method
    assert requests.head(service_url + path, timeout=10).content == b""
    assert requests.get(f"{service_url}/else", timeout=10).status_code == 404
