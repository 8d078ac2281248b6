"""The camera agent on videos of people who do not exist, walking by: by day, at night, in crowds of ten.

walks: how many frames a second it looks at, how much memory it has, how many uploads a walk-by costs, and whether the
face service knows from them everybody whom it would have known from any frame.
loop: two hours in real time (with --quick one minute): is its memory flat?
killed: kill -9 and a cut network at 50 random moments: is every shot in S3, and none twice?
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.edge.agent import Run, configured, run
from benchmarks.edge.killed import killed
from benchmarks.edge.loop import loop
from benchmarks.edge.matching import Gallery, Outcome, judge
from benchmarks.edge.videos import RATE, SCENES, Video, make_video
from benchmarks.pictures import HOME
from benchmarks.report import Report, options
from tests.serving import serving

PEOPLE, QUICK_PEOPLE = 20, 10
BUCKET = "benchmark-walks"
MEGABYTE = 1_000_000


def main() -> int:
    """Return 0, or 1 when somebody was missed or a shot was lost or doubled."""
    chosen = options(__doc__ or "", parts=("walks", "loop", "killed"))
    report, folder = Report("edge"), (HOME / "walks").resolve()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        with (
            serving("standins.rekognition", "--data", str(work / "faces"), log=work / "faces.log") as faces,
            serving("standins.cloud", "--data", str(work / "cloud"), log=work / "cloud.log") as cloud,
        ):
            s3 = _client("s3", cloud)
            s3.create_bucket(Bucket=BUCKET)
            s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
            failed = 0
            if chosen.only in (None, "walks"):
                for scene in SCENES:
                    video = make_video(folder, scene, QUICK_PEOPLE if chosen.quick else PEOPLE)
                    failed += _walks(report, scene, video, work / scene, cloud, _client("rekognition", faces))
            if chosen.only in (None, "loop"):
                loop(report, make_video(folder, "day", QUICK_PEOPLE), work / "loop", cloud, BUCKET, chosen.quick)
            if chosen.only in (None, "killed"):
                failed += killed(report, make_video(folder, "day", QUICK_PEOPLE), work / "killed", cloud, BUCKET)
    report.show()
    report.write(chosen.json)
    return int(bool(failed))


def _client(service: str, url: str) -> Any:
    config = Config(s3={"addressing_style": "path"})
    session = boto3.Session("test", "test", region_name="us-east-1")
    return session.client(service, endpoint_url=url, config=config)


def _walks(report: Report, scene: str, video: Video, folder: Path, cloud: str, faces: Any) -> int:
    ran = run(configured(folder, BUCKET, str(video.path), pace="fast", id=scene), cloud, folder / "log")
    s3 = _client("s3", cloud)
    crops = {shot["key"]: s3.get_object(Bucket=BUCKET, Key=shot["key"])["Body"].read() for shot in ran.of("shot")}
    gallery = Gallery(faces, video)
    found = judge(video, ran, crops, gallery)
    gallery.close()
    _tell(report, scene, ran, found)
    return len(found.missed)


def _tell(report: Report, scene: str, ran: Run, found: Outcome) -> None:
    counts = ran.ended
    figures = {
        "frames a second": round(counts["frames"] / ran.seconds, 1),
        "times real time": round(counts["frames"] / RATE / ran.seconds, 2),
        "memory, MB": round(max(size for _, size in ran.memory) / MEGABYTE),
        "walk-bys (over 60 px)": f"{found.walk_bys} ({found.large})",
        "known from a frame, and from the crops": f"{len(found.knowable)}, {len(found.known)}",
        "missed": found.missed or "nobody",
        "faces in frames": counts["faces"],
        "uploads": counts["uploaded"],
        "uploads of a walk-by": round(sum(found.shots.values()) / max(len(found.shots), 1), 2),
        "uploads of nothing in the truth": found.strays,
    }
    report.figures.update({f"{scene}: {label}": value for label, value in figures.items()})
    report.ratios[f"{scene}: faces in frames to uploads"] = round(counts["faces"] / max(counts["uploaded"], 1), 1)


if __name__ == "__main__":
    sys.exit(main())
