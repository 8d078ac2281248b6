"""The configuration is checked before anything starts, and every refusal names the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeward_camera.config import read_config
from homeward_camera.errors import ConfigError

GOOD = """
bucket = "pictures-of-homeward"
spool = "/var/lib/homeward-camera"
[[cameras]]
id = "lobby"
place = "main-station"
source = "rtsp://${CAMERA_USER}:${CAMERA_PASSWORD}@10.0.0.5/stream"
zones = [[[0.1, 0.2], [0.9, 0.2], [0.5, 1.0]]]
[[cameras]]
id = "gate"
place = "main-station"
source = "/dev/video0"
send = "frames"
frames_per_second = 0.2
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAMERA_USER", "viewer")
    monkeypatch.setenv("CAMERA_PASSWORD", "secret")
    path = tmp_path / "homeward-camera.toml"
    path.write_text(GOOD)
    return path


def test_a_whole_file_is_read(file: Path) -> None:
    config = read_config(file)
    lobby, gate = config.cameras
    assert lobby.address() == "rtsp://viewer:secret@10.0.0.5/stream"
    assert "secret" not in repr(config)
    assert (lobby.min_face, lobby.send, lobby.zones) == (40, "faces", [[(0.1, 0.2), (0.9, 0.2), (0.5, 1.0)]])
    assert (gate.send, gate.frames_per_second) == ("frames", 0.2)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('bucket = "pictures-of-homeward"', "", "bucket"),
        ('"pictures-of-homeward"', "7", "$.bucket"),
        ('"pictures-of-homeward"', '"Pictures"', "$.bucket"),
        ("spool =", "sppol =", "sppol"),
        ('id = "gate"', 'id = "lobby"', "two cameras are called 'lobby'"),
        ('id = "gate"', 'id = "the gate"', "$.cameras[1].id"),
        ('place = "main-station"', 'place = ""', "$.cameras[0].place"),
        ('"frames"', '"everything"', "$.cameras[1].send"),
        ("0.2\n", "0\n", "$.cameras[1].frames_per_second"),
        ("[0.5, 1.0]]", "[0.5, 1.5]]", "$.cameras[0].zones"),
        (", [0.9, 0.2], [0.5, 1.0]]", "]", "$.cameras[0].zones"),
        ("CAMERA_PASSWORD", "CAMERA_PASSPHRASE", "${CAMERA_PASSPHRASE}"),
        ("[[cameras]]", "[cameras]", "not TOML"),
        ('source = "/dev/video0"', "", "source"),
    ],
)
def test_what_is_wrong_is_named(file: Path, before: str, after: str, reason: str) -> None:
    assert before in GOOD
    file.write_text(GOOD.replace(before, after))
    with pytest.raises(ConfigError) as refused:
        read_config(file)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"bucket = [", b""])
def test_what_is_no_configuration_is_told(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError):
        read_config(file)


def test_a_missing_file_says_which_option_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config"):
        read_config(tmp_path / "nowhere.toml")
