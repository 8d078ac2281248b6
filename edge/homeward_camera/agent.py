"""Runs the cameras of one configuration: for each a thread that watches, one that uploads and one that beats."""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from homeward_camera.bucket import Bucket
from homeward_camera.config import Camera, Config
from homeward_camera.errors import SourceError
from homeward_camera.faces import WHOLE_VIEWS, Detector
from homeward_camera.health import Health
from homeward_camera.log import Log
from homeward_camera.page import Page
from homeward_camera.seen import Eye
from homeward_camera.sources import is_stream, open_source
from homeward_camera.spool import MEGABYTE, Spool
from homeward_camera.stills import EveryFace, WholePictures
from homeward_camera.uploader import Uploader
from homeward_camera.watch import Watch

THREADS_OF_A_CAMERA = 3


@dataclass
class _Post:
    """One camera at work."""

    watch: Watch
    uploader: Uploader
    health: Health
    ended: Event = field(default_factory=Event)

    def look(self, stop: Event) -> None:
        try:
            self.watch.run(stop)
        finally:
            self.ended.set()


class Agent:
    """Everything that one process does."""

    def __init__(self, config: Config, log: Log, give_up: float | None = None) -> None:
        """`give_up`: end when S3 took nothing for so many seconds.

        Raises ConfigError, SourceError, ModelError or SpoolError before anything runs.
        """
        self._config, self._log = config, log
        self._stop = Event()
        self._posts = [self._post(camera, give_up) for camera in config.cameras]

    def stop(self) -> None:
        """End soon; what waits on disk is sent next time."""
        self._stop.set()

    def run(self) -> bool:
        """Until `stop`, or until every camera ended and all was sent; whether nothing was left out."""
        healths = [post.health for post in self._posts]
        page = Page(self._config.page_port, healths) if self._config.page_port else None
        self._log.tell("started", cameras=[health.camera for health in healths], page=page.address if page else None)
        try:
            self._work()
        finally:
            if page:
                page.close()
            for health in healths:
                self._log.tell("ended", **health.to_json())
        return all(health.complete for health in healths)

    def _work(self) -> None:
        finished = Event()
        with ThreadPoolExecutor(THREADS_OF_A_CAMERA * len(self._posts)) as pool:
            work: list[Future[None]] = []
            for post in self._posts:
                work.append(pool.submit(post.look, self._stop))
                work.append(pool.submit(post.uploader.run, self._stop, post.ended))
                if seconds := self._config.heartbeat_seconds:
                    pool.submit(post.uploader.beat, finished, seconds)
            done, _ = wait(work, return_when=FIRST_EXCEPTION)
            # One that breaks ends the others: systemd starts the whole anew, and the trace is in its journal.
            self._stop.set()
            finished.set()
        for task in done:
            task.result()

    def _post(self, camera: Camera, give_up: float | None) -> _Post:
        _check_source(camera)
        spool = Spool(Path(self._config.spool) / camera.id, camera.spool_megabytes * MEGABYTE)
        health = Health(camera.id, camera.place, self._log, spool, camera.position)
        uploader = Uploader(spool, Bucket(self._config.bucket, camera.profile), health, give_up)
        return _Post(Watch(camera, make_eye(camera, self._config.models), spool, health), uploader, health)


def make_eye(camera: Camera, models: str | None) -> Eye:
    """How the camera's frames are looked at. Raises ModelError."""
    folder = Path(models) if models else None
    if camera.send == "frames":
        return WholePictures(camera)
    if not is_stream(camera.address()) and Path(camera.address()).is_dir():
        return EveryFace(camera, Detector(folder, WHOLE_VIEWS))
    # Here, since it loads half of SciPy, which whole pictures and folders don't need.
    from homeward_camera.walkers import Walkers

    return Walkers(camera, folder)


def _check_source(camera: Camera) -> None:
    """A camera that is off may be on later, a file that isn't there never comes. Raises SourceError or ConfigError."""
    address = camera.address()
    if not is_stream(address):
        try:
            open_source(camera)
        except SourceError as error:
            raise SourceError(f"camera {camera.id}: {error}") from error
