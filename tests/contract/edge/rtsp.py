"""A network camera that speaks RTSP: H.264 in RTP, interleaved in one TCP connection, behind a password."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import av
import numpy as np

from homeward_camera.pictures import Picture

RATE = 10
PASSWORD = "of-the-camera"
BASIC = "Basic " + base64.b64encode(f"viewer:{PASSWORD}".encode()).decode()
SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
)
QUICK = {"preset": "ultrafast", "tune": "zerolatency", "g": "5"}


def packets(pictures: Sequence[Picture]) -> list[bytes]:
    """The RTP packets of the pictures, as FFmpeg makes them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(0.3)
        found, done = list[bytes](), threading.Event()
        thread = threading.Thread(target=_hear, args=(ear, found, done))
        thread.start()
        address = f"rtp://127.0.0.1:{ear.getsockname()[1]}?pkt_size=1200"
        with av.open(address, "w", format="rtp") as muxer:
            stream = muxer.add_stream("libx264", rate=RATE, options=QUICK)
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            for picture in pictures:
                for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")):
                    muxer.mux(packet)
                time.sleep(0.002)  # the ear's buffer is small
            muxer.mux(list(stream.encode(None)))
        done.set()
        thread.join()
    return [packet for packet in found if packet[1] & 0x7F == 96]


def _hear(ear: socket.socket, found: list[bytes], done: threading.Event) -> None:
    while True:
        try:
            found.append(ear.recv(2048))
        except TimeoutError:
            if done.is_set():
                return


@contextmanager
def rtsp_camera(pictures: Sequence[Picture]) -> Iterator[str]:
    """Its address without user and password; it shows the pictures once and closes."""
    server, sent = socket.create_server(("127.0.0.1", 0)), packets(pictures)
    threading.Thread(target=_serve, args=(server, sent, len(pictures)), daemon=True).start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}/stream1"
    finally:
        server.close()


def _serve(server: socket.socket, sent: list[bytes], count: int) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_talk, args=(client, sent, count), daemon=True).start()


def _talk(client: socket.socket, sent: list[bytes], count: int) -> None:
    with client, client.makefile("rwb") as file, suppress(OSError):
        while request := _request(file):
            method, url, headers = request
            answer = _answer(method, url, headers)
            file.write(answer)
            file.flush()
            if method == "PLAY" and answer.startswith(b"RTSP/1.0 200"):
                for packet in sent:
                    file.write(b"$\x00" + len(packet).to_bytes(2, "big") + packet)
                    file.flush()
                    time.sleep(count / RATE / len(sent))
                return


def _request(file: object) -> tuple[str, str, dict[str, str]] | None:
    first = file.readline().decode().split()  # type: ignore[attr-defined]
    if len(first) != 3:
        return None
    headers = dict[str, str]()
    while line := file.readline().decode().strip():  # type: ignore[attr-defined]
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return first[0], first[1], headers


def _answer(method: str, url: str, headers: dict[str, str]) -> bytes:
    head = f"CSeq: {headers.get('cseq', '0')}\r\n"
    if method != "OPTIONS" and headers.get("authorization") != BASIC:
        return f'RTSP/1.0 401 Unauthorized\r\n{head}WWW-Authenticate: Basic realm="camera"\r\n\r\n'.encode()
    if method == "DESCRIBE":
        head += f"Content-Base: {url}/\r\nContent-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n"
        return f"RTSP/1.0 200 OK\r\n{head}\r\n{SDP}".encode()
    more = {"OPTIONS": "Public: DESCRIBE, SETUP, PLAY\r\n", "SETUP": f"Transport: {headers.get('transport')}\r\n"}
    return f"RTSP/1.0 200 OK\r\n{head}{more.get(method, '')}Session: 1\r\n\r\n".encode()
