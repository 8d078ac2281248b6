"""Reading video through FFmpeg (PyAV): files, RTSP, MJPEG over HTTP; and USB cameras through OpenCV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import av.logging
import cv2
import numpy as np
from av.video.frame import VideoFrame

from homeward_camera.errors import SourceError
from homeward_camera.pictures import Picture

MAX_PIXELS = 40_000_000  # a hostile stream must not ask for all memory
GARBAGE_IN_A_ROW = 250  # packets without one picture: nothing will come of it
# A camera that answers with a playlist could send us anywhere; it may only send pictures.
FORMATS = "mpjpeg,mjpeg,jpeg_pipe,mpegts,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,h264,hevc"
RTSP = {"rtsp_transport": "tcp", "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls,srtp"}  # a lost UDP packet smears faces
HTTP = {"format_whitelist": FORMATS, "protocol_whitelist": "http,https,httpproxy,tcp,tls"}
FILE = {"format_whitelist": f"{FORMATS},avi,asf,mpeg", "protocol_whitelist": "file"}

av.logging.set_level(None)  # what matters comes as an error


class Video:
    """An opened file or stream; iterating gives decoded frames, not yet as arrays: most are never looked at."""

    def __init__(self, address: str, seconds: float) -> None:
        """No answer for so many seconds counts as an end. Raises SourceError."""
        self._garbage = 0
        try:
            self._container = av.open(address, timeout=seconds, options=_options(address))
            if not self._container.streams.video:
                raise SourceError("has no picture")
            self._stream = self._container.streams.video[0]
            self._stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        except av.error.FFmpegError as error:
            raise SourceError(
                f"can't be opened: {reason(error)}; is it on, the address right, the password?"
            ) from error

    @property
    def rate(self) -> float | None:
        """Frames a second, as the file says."""
        return float(self._stream.average_rate) if self._stream.average_rate else None

    def __iter__(self) -> Iterator[VideoFrame]:
        """The frames until the end. Raises SourceError when the stream breaks off."""
        try:
            for packet in self._container.demux(self._stream):
                yield from self._decoded(packet)
        except av.error.EOFError:
            return
        except av.error.FFmpegError as error:
            raise SourceError(f"broke off: {reason(error)}") from error
        finally:
            self._container.close()

    def _decoded(self, packet: Any) -> Iterator[VideoFrame]:
        """A packet's frames; garbage between pictures is left out. Raises SourceError when there is nothing else."""
        try:
            for frame in packet.decode():
                self._garbage = 0
                yield frame
        except av.error.InvalidDataError as error:
            self._garbage += 1
            if self._garbage >= GARBAGE_IN_A_ROW:
                raise SourceError("sends only garbage") from error


def picture_of(frame: VideoFrame) -> Picture:
    """The frame as height x width x 3, BGR, turned upright as the file says."""
    picture = frame.to_ndarray(format="bgr24")
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else np.asarray(picture, np.uint8)


def usb_pictures(device: str) -> Iterator[Picture]:
    """The pictures of a USB camera until it is gone. Raises SourceError."""
    capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
    try:
        if not capture.isOpened():
            raise SourceError(f"{device} can't be opened; is it plugged in, and may this user read it (group video)?")
        while True:
            read, picture = capture.read()
            if not read:
                raise SourceError(f"{device} gives no picture any more")
            yield np.asarray(picture, np.uint8)
    finally:
        capture.release()


def reason(error: av.error.FFmpegError) -> str:
    """What FFmpeg says, without the address: it may hold a password."""
    return error.strerror or type(error).__name__


def _options(address: str) -> dict[str, str]:
    scheme = address.partition("://")[0].lower()
    return {"rtsp": RTSP, "rtsps": RTSP, "http": HTTP, "https": HTTP}.get(scheme, FILE)
