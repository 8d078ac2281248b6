"""`homeward-camera --preview`: shows what the cameras see, sends nothing and keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from homeward_camera.config import Config
from homeward_camera.health import Health
from homeward_camera.log import Log
from homeward_camera.page import Page
from homeward_camera.preview import Preview
from homeward_camera.spool import Spool
from homeward_camera.watch import Watch

USUAL_PORT = 8090


class SettingUp:
    """The cameras, each with a preview on the page instead of an uploader."""

    def __init__(self, config: Config, log: Log, *, clear: bool) -> None:
        """`clear`: faces as they are. Raises ModelError."""
        self._config, self._log, self._stop = config, log, Event()
        folder = Path(config.models) if config.models else None
        self._previews = {camera.id: Preview(camera, folder, clear=clear) for camera in config.cameras}

    def stop(self) -> None:
        """End soon."""
        self._stop.set()

    def run(self) -> bool:
        """Until `stop`, or until every folder and file was shown. Raises ConfigError when the port is taken."""
        with TemporaryDirectory() as nothing:
            spools = {camera.id: Spool(Path(nothing) / camera.id, 1) for camera in self._config.cameras}
            healths = [Health(one.id, one.place, self._log, spools[one.id]) for one in self._config.cameras]
            page = Page(self._config.page_port or USUAL_PORT, healths, self._previews)
            self._log.tell("preview", page=page.address)
            try:
                self._watch(healths, spools)
            finally:
                page.close()
        return True

    def _watch(self, healths: Sequence[Health], spools: Mapping[str, Spool]) -> None:
        cameras = zip(self._config.cameras, healths, strict=True)
        watches = [Watch(one, self._previews[one.id], spools[one.id], health) for one, health in cameras]
        with ThreadPoolExecutor(len(watches)) as pool:
            done, _ = wait([pool.submit(watch.run, self._stop) for watch in watches], return_when=FIRST_EXCEPTION)
            self._stop.set()
        for task in done:
            task.result()
