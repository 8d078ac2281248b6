"""An S3 that hangs, drips, lies or breaks off: a read ends in time, with the error that says what happened."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from standins.rekognition.errors import ImageTooLargeError, InternalError, InvalidS3ObjectError, RekognitionError
from standins.rekognition.images import MAX_S3_BYTES
from standins.rekognition.s3 import Patience, PictureBucket
from tests.contract.face_service.wire import call, code, process_of
from tests.serving import serving

OBJECT = {"Bucket": "any-bucket", "Name": "x.jpg"}
OK = b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Type: image/jpeg\r\n'
HASTY = Patience(connect=0.2, read=0.2, body=0.6)
Script = Callable[[socket.socket], None]


class S3:
    """Answers every request as a script says, until the test is over."""

    def __init__(self) -> None:
        self.script: Script = lambda connection: None
        self.over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                self.script(connection)
            except OSError:
                return  # the reader had enough


@pytest.fixture
def s3() -> Iterator[S3]:
    server = S3()
    yield server
    server.close()


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> PictureBucket:
    for name, value in (("AWS_ENDPOINT_URL", s3.url), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")):
        monkeypatch.setenv(name, value)
    return PictureBucket(HASTY)


def says(*parts: bytes) -> Script:
    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return script


def drips(s3: S3, head: bytes) -> Script:
    """A byte now and then, each in time, and never an end."""

    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        while not s3.over.wait(0.1):
            connection.sendall(b"x")

    return script


def sized(size: int) -> bytes:
    return OK + f"Content-Length: {size}\r\n\r\n".encode()


def error_of(bucket: PictureBucket) -> RekognitionError:
    """The error of a read, which must come in time: this is a bound on hanging, not a measurement."""
    began = time.monotonic()
    with pytest.raises(RekognitionError) as caught:
        bucket.read(OBJECT)
    assert time.monotonic() - began < 30
    return caught.value


def test_an_object_arrives(s3: S3, bucket: PictureBucket) -> None:
    for head in (sized(6), OK + b"Connection: close\r\n\r\n"):
        s3.script = says(head, b"pic", b"tur")
        assert bucket.read(OBJECT) == b"pictur"


def test_the_largest_object_and_one_byte_more(s3: S3, bucket: PictureBucket) -> None:
    s3.script = says(sized(MAX_S3_BYTES), bytes(MAX_S3_BYTES))
    assert len(bucket.read(OBJECT)) == MAX_S3_BYTES
    for head in (sized(MAX_S3_BYTES + 1), OK + b"Connection: close\r\n\r\n"):
        s3.script = says(head, bytes(MAX_S3_BYTES + 1))
        assert isinstance(error_of(bucket), ImageTooLargeError)


def test_an_object_that_never_ends(s3: S3, bucket: PictureBucket) -> None:
    def forever(connection: socket.socket) -> None:
        connection.sendall(OK + b"Connection: close\r\n\r\n")
        while not s3.over.is_set():
            connection.sendall(bytes(65536))

    s3.script = forever
    assert isinstance(error_of(bucket), ImageTooLargeError)


def test_what_breaks_off(s3: S3, bucket: PictureBucket) -> None:
    for parts in ((), (b"HTTP",), (sized(1000), b"less")):
        s3.script = says(*parts)
        assert isinstance(error_of(bucket), InternalError), parts


def test_what_hangs(s3: S3, bucket: PictureBucket) -> None:
    for head in (b"", OK, sized(1000), sized(1000) + b"some"):

        def hang(connection: socket.socket, head: bytes = head) -> None:
            connection.sendall(head)
            s3.over.wait()

        s3.script = hang
        assert isinstance(error_of(bucket), InternalError), head


def test_what_drips(s3: S3, bucket: PictureBucket) -> None:
    s3.script = drips(s3, sized(1_000_000))
    assert isinstance(error_of(bucket), InternalError)


def test_what_is_no_answer_of_s3(s3: S3, bucket: PictureBucket) -> None:
    for answer in (b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200\r\n" + b"A: b\r\n" * 5000, b"\0" * 100_000):
        s3.script = says(answer)
        assert isinstance(error_of(bucket), InternalError), answer[:20]
    for status in (b"403 Forbidden", b"404 Not Found"):
        s3.script = says(b"HTTP/1.1 " + status + b"\r\nContent-Length: 3\r\n\r\n<a>")
        assert isinstance(error_of(bucket), InvalidS3ObjectError), status
    s3.script = says(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 3\r\n\r\n<a>")
    assert isinstance(error_of(bucket), InternalError)


def test_the_service_ends_while_s3_hangs(s3: S3, tmp_path: Path) -> None:
    """Who gets an answer from S3 in time gets one; the others are told to try again, and the process ends."""
    ending = threading.Event()
    numbers, asked = itertools.count(1), list[int]()

    def script(connection: socket.socket) -> None:
        number = next(numbers)
        asked.append(number)
        # Only the first is answered: what hangs may be asked for again meanwhile.
        (ending if number == 1 else s3.over).wait()
        connection.sendall(sized(4) + b"none")

    s3.script = script
    environment = {"AWS_ENDPOINT_URL": s3.url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    arguments = ("--data", str(tmp_path / "data"))
    body = json.dumps({"Image": {"S3Object": OBJECT}}).encode()
    with serving("standins.rekognition", *arguments, log=tmp_path / "log", environment=environment) as url:
        process = process_of(url)
        with ThreadPoolExecutor(2) as callers:
            told = [callers.submit(call, url, "DetectFaces", body) for _ in range(2)]
            while len(asked) < 2:
                time.sleep(0.01)
            process.terminate()
            ending.set()
            assert {code(each.result()) for each in told} == {"InvalidImageFormatException", "ThrottlingException"}
        process.wait(30)
    assert "Traceback" not in (tmp_path / "log").read_text()
