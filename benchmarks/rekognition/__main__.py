"""The face service beside its peers, on the same pictures and machine: accuracy, exact search, and the whole service.

accuracy: our vectors and OpenCV's own code for the same models, on labelled pairs of people who do not exist.
search: our galleries, a flat FAISS index, and a plain matrix product with a partial sort, over random unit vectors.
service: IndexFaces and SearchFacesByImage over HTTP, restart, and memory with a million faces.
"""

from __future__ import annotations

import importlib
import os
import sys

from benchmarks.report import Report, options

PARTS = ("accuracy", "search", "service")


def main() -> int:
    """Measure and show."""
    chosen = options(__doc__ or "", parts=PARTS)
    # As the service does it; NumPy reads it once, when it is imported first.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    report = Report("rekognition")
    for part in [chosen.only] if chosen.only else PARTS:
        importlib.import_module(f"benchmarks.rekognition.{part}").measure(report, chosen.quick)
    report.show()
    report.write(chosen.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
