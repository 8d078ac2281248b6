"""A network camera that misbehaves in every way that cameras do."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any

import cv2
import numpy as np
import pytest

from homeward_camera.errors import SourceError
from homeward_camera.pictures import Moment
from homeward_camera.video import VideoFile, VideoStream
from tests.contract.edge.rtsp import PASSWORD, rtsp_camera
from tests.contract.edge.streams import Part, jpeg, network_camera, part, steadily


def seen(url: str, silence: float = 20.0) -> tuple[list[Moment], str]:
    """What a stream showed, and why it ended."""
    moments = list[Moment]()
    try:
        for moment in VideoStream(url, 60, silence).frames(Event()):
            moments.append(moment)
    except SourceError as error:
        return moments, str(error)
    return moments, ""


def shades(moments: list[Moment]) -> list[int]:
    return [round(float(moment.picture.mean()) / 10) * 10 for moment in moments]


def test_a_stream_that_dies_is_an_end_after_its_last_picture() -> None:
    pictures = [jpeg(shade=number * 10) for number in range(1, 11)]
    with network_camera(lambda _: steadily(pictures, 0.1)) as url:
        moments, why = seen(url)
    # Only the newest counts: of pictures that come together, as the first ones do, one is shown.
    assert shades(moments) == sorted(set(shades(moments)))
    assert len(moments) >= 7
    assert shades(moments)[-1] == 100
    assert why.startswith("broke off")
    assert [moment.captured_at for moment in moments] == sorted(moment.captured_at for moment in moments)


def test_one_picture_every_few_seconds_is_a_living_camera() -> None:
    with network_camera(lambda _: steadily([jpeg(shade=shade) for shade in (10, 20, 30)], 3.0)) as url:
        moments, _ = seen(url, silence=8)
    assert shades(moments)[-1] == 30


def test_silence_is_an_end() -> None:
    with network_camera(lambda _: iter([part(jpeg()), 0.1, part(jpeg()), 60.0])) as url:
        moments, why = seen(url, silence=1)
    assert len(moments) >= 1
    assert why


def test_a_new_resolution_is_shown_as_it_is() -> None:
    pictures = [jpeg(320, 240)] * 5 + [jpeg(640, 360)] * 5
    with network_camera(lambda _: steadily(pictures, 0.05)) as url:
        moments, _ = seen(url)
    assert moments[0].picture.shape == (240, 320, 3)
    assert moments[-1].picture.shape == (360, 640, 3)


@pytest.mark.parametrize("width", [60_000, 10_000])
def test_garbage_between_pictures_is_left_out(width: int) -> None:
    claims = bytearray(jpeg())
    at = claims.index(b"\xff\xc0")
    claims[at + 5 : at + 9] = width.to_bytes(2, "big") * 2
    bad: list[Part] = [part(bytes(claims)), part(b"\xff\xd8" + b"zz" * 500), 0.1]

    def show(_: int) -> Iterator[Part]:
        return itertools.chain(steadily([jpeg(shade=50)] * 5, 0.05), bad, steadily([jpeg(shade=200)] * 5, 0.05))

    with network_camera(show) as url:
        moments, _ = seen(url)
    assert shades(moments)[-1] == 200
    assert {moment.picture.shape for moment in moments} == {(240, 320, 3)}


def test_nothing_but_garbage_is_an_end() -> None:
    with network_camera(lambda _: iter([b"\x00\xff\x10" * 100_000])) as url:
        assert seen(url, silence=5)[0] == []


def test_a_camera_that_is_off_or_refuses_is_told_without_its_password() -> None:
    moments, why = seen("http://viewer:secret@127.0.0.1:9/stream")
    assert moments == []
    assert "can't be opened" in why
    assert "secret" not in why


def test_a_camera_that_answers_with_a_playlist_sends_us_nowhere(tmp_path: Path) -> None:
    asked = list[str]()

    class Playlist(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.apple.mpegurl")
            self.end_headers()
            body = f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{server.server_port}/elsewhere\n#EXTINF:1,\nfile:///etc/passwd\n"
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            """Tests read the agent's log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Playlist)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    moments, why = seen(f"http://127.0.0.1:{server.server_port}/stream.m3u8", silence=5)
    server.shutdown()
    assert moments == []
    assert "can't be opened" in why
    assert set(asked) == {"/stream.m3u8"}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds at 20 frames a second, each brighter than the one before."""
    path = tmp_path_factory.mktemp("video") / "recording.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (320, 240))
    for number in range(40):
        writer.write(np.full((240, 320, 3), number * 5, np.uint8))
    writer.release()
    return path


def test_a_recording_shows_each_frame_once_at_its_own_time(recording: Path) -> None:
    moments = list(VideoFile(recording, 60, live=False).frames(Event()))
    assert [moment.number for moment in moments] == list(range(40))
    apart = (moments[-1].captured_at - moments[0].captured_at).total_seconds()
    assert apart == pytest.approx(39 / 20, abs=1e-3)


@pytest.mark.parametrize(("rate", "count"), [(10, 20), (5, 10), (3, 6)])
def test_fewer_frames_may_be_looked_at(recording: Path, rate: float, count: int) -> None:
    assert len(list(VideoFile(recording, rate, live=False).frames(Event()))) == count


def test_a_live_recording_takes_its_time_and_leaves_out_what_is_late(recording: Path) -> None:
    waits = list[float]()

    class Stop(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return False

    moments = list(VideoFile(recording, 20, live=True).frames(Stop()))
    assert len(waits) == 40
    assert max(waits) > 0.02
    assert moments[0].number == 0


@pytest.mark.parametrize("content", [b"", b"no video", b"RIFF" + bytes(100)])
def test_what_is_no_video_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.avi").write_bytes(content)
    with pytest.raises(SourceError, match="can't be opened"):
        VideoFile(tmp_path / "a.avi", 10, live=False)


def test_a_playlist_on_disk_opens_no_other_file(tmp_path: Path, recording: Path) -> None:
    (tmp_path / "list.avi").write_text(f"ffconcat version 1.0\nfile {recording}\n")
    with pytest.raises(SourceError, match="can't be opened"):
        VideoFile(tmp_path / "list.avi", 10, live=False)


def test_an_rtsp_camera_is_seen_over_tcp_with_its_password() -> None:
    pictures = [np.full((240, 320, 3), shade, np.uint8) for shade in range(20, 220, 5)]
    with rtsp_camera(pictures) as address:
        moments, why = seen(f"rtsp://viewer:{PASSWORD}@{address}", silence=5)
    assert len(moments) >= 5
    assert shades(moments) == sorted(shades(moments))
    assert shades(moments)[-1] >= 190
    assert PASSWORD not in why


def test_an_rtsp_camera_with_another_password_is_told() -> None:
    with rtsp_camera([np.zeros((240, 320, 3), np.uint8)] * 5) as address:
        moments, why = seen(f"rtsp://viewer:wrong@{address}", silence=5)
    assert moments == []
    assert "can't be opened" in why
    assert "wrong" not in why
