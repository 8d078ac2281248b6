"""A layer's archive is unpacked once; every process of every function reads the same files, as from /opt on AWS.

MiniStack unpacks it again for each process, which makes a cold start several times as long.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime

from standins.cloud.settings import Settings

LAYER = "layer_"  # how MiniStack names a layer's folder below the process's own


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    kept, lock = settings.tmp / "layers", threading.Lock()

    class KeptArchive(zipfile.ZipFile):
        """An archive that links a layer's folder to the one copy of its content."""

        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            if path is None or not Path(path).name.startswith(LAYER):
                super().extractall(path, members, pwd)
                return
            with lock:
                copy = kept / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
                if not copy.exists():
                    kept.mkdir(parents=True, exist_ok=True)
                    fresh = tempfile.mkdtemp(dir=kept)
                    super().extractall(fresh, members, pwd)
                    shutil.move(fresh, copy)
            os.rmdir(path)
            os.symlink(copy, path)

    # MiniStack names an error that zipfile doesn't have; it looks at it only while another one is raised.
    errors = {"BadZipFile": zipfile.BadZipFile, "LargeFileError": zipfile.LargeZipFile}
    lambda_runtime.zipfile = SimpleNamespace(ZipFile=KeptArchive, **errors)
