"""The very first faces may come to several threads at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from standins.rekognition.faces import FaceReader
from standins.rekognition.models import find_models
from tests.serving import ROOT

# Threads that take turns after a microsecond meet in every unlucky place: on an idle machine some starts hung for ever.
AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-6)
import numpy as np
from standins.rekognition.faces import FaceReader
from standins.rekognition.models import find_models
reader, start = FaceReader(find_models()), threading.Barrier(4)
def embed():
    start.wait()
    reader.embed(np.zeros((112, 112, 3), np.uint8))
threads = [threading.Thread(target=embed) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("start", range(3))
def test_first_faces_in_several_threads(start: int) -> None:
    subprocess.run([sys.executable, "-c", AT_ONCE], cwd=ROOT, timeout=60, check=True)


def test_a_reader_has_read_once_before_anybody_gets_it() -> None:
    assert FaceReader(find_models())._requests.embedder
