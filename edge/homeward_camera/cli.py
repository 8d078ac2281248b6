"""`homeward-camera`: the camera agent's command line."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from homeward_camera import __version__

DEFAULT = Path("/etc/homeward-camera.toml")


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all was sent or it was told to stop, 1 when something was left out, 2 when it can't work."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except ModuleNotFoundError as error:
        return _complain(f"the package {error.name} is not installed; install the agent's requirements.lock")


def _run(options: argparse.Namespace) -> int:
    # Here, so that --help needs no package, and a missing one is told in one line.
    from homeward_camera.agent import Agent
    from homeward_camera.config import read_config
    from homeward_camera.errors import CameraError
    from homeward_camera.log import Log
    from homeward_camera.setting_up import SettingUp

    try:
        config = read_config(options.config)
        agent: Agent | SettingUp
        if options.preview:
            agent = SettingUp(config, Log(), clear=options.show_faces)
        else:
            agent = Agent(config, Log(), options.give_up)
        if options.check:
            print(f"{options.config} is fine: {', '.join(camera.id for camera in config.cameras)}")
            return 0
        stopped: list[int] = []

        def stop(number: int, _: object) -> None:
            stopped.append(number)
            agent.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        return 0 if agent.run() or stopped else 1
    except CameraError as error:
        return _complain(str(error))


def _complain(reason: str) -> int:
    print(f"homeward-camera: {reason}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="homeward-camera",
        description="Watches cameras and sends one or two face crops of everybody who walks by to S3. Crops wait on "
        "disk while the network is away; nothing stays here once S3 has it. Logs one JSON object a line.",
        epilog="AWS settings come from the environment as usual: AWS_ENDPOINT_URL, AWS_DEFAULT_REGION, credentials. "
        "Folders and video files are shown once; then it ends. "
        "Exit code: 0 all was sent, or it was told to stop; 1 something was left out (see the last lines); "
        "2 it can't work.",
    )
    result.add_argument(
        "--config", type=Path, default=DEFAULT, metavar="FILE", help="the configuration, TOML (default: %(default)s)"
    )
    result.add_argument("--check", action="store_true", help="only check the configuration")
    result.add_argument(
        "--give-up",
        type=float,
        metavar="SECONDS",
        help="end when S3 has taken nothing for so long (default: try for ever)",
    )
    result.add_argument(
        "--preview",
        action="store_true",
        help="show what the cameras see, faces covered, with zones and sizes, on a page of this machine; sends nothing",
    )
    result.add_argument("--show-faces", action="store_true", help="with --preview: faces in clear; look around first")
    result.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return result
