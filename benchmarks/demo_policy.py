"""The demo's thresholds by recorded sex, measured on people who do not exist; `--write` makes policy/demo.json.

For each group: the smallest alert threshold (steps of 0.1, from the floor's review threshold on) at which the upper
95 % bound of the false match rate is below TARGET_FMR. A pair counts for the group of the enrolled person. The bound is
exact for independent pairs; pairs share people, so it is too narrow: enough to prove the machinery, not a model.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from benchmarks.report import Report, options
from standins.rekognition.models import FACE_MODEL_VERSION
from tests.serving import ROOT, serving

PEOPLE, QUICK_PEOPLE, PHOTOS, SEED = 48, 12, 2, 7
TARGET_FMR, CONFIDENCE = 0.001, 0.95
POLICY = ROOT / "policy" / "demo.json"
FLOOR = json.loads((ROOT / "policy" / "matching.json").read_text())
REVIEW = FLOOR["strictest"]["review"]


def upper_bound(errors: int, trials: int) -> float:
    """Exact (Clopper-Pearson) one-sided upper bound of an error rate."""
    if errors >= trials:
        return 1.0
    low, high = errors / trials, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        if _at_most(errors, trials, rate) > 1 - CONFIDENCE:
            low = rate
        else:
            high = rate
    return high


def _at_most(errors: int, trials: int, rate: float) -> float:
    def log_probability(k: int) -> float:
        ways = math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        return ways + k * math.log(rate) + (trials - k) * math.log1p(-rate)

    return sum(math.exp(log_probability(k)) for k in range(errors + 1))


def measure(folder: Path, people: int) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, int]]:
    """Similarities of genuine and of impostor pairs by recorded sex, and people per sex."""

    command = ["--out", str(folder), "--people", str(people), "--photos", str(PHOTOS), "--others", "0", "--frames", "0"]
    subprocess.run([sys.executable, "-m", "standins.people", *command, "--seed", str(SEED)], cwd=ROOT, check=True)
    with serving("standins.rekognition", "--data", str(folder / "faces"), log=folder / "log") as url:
        session = boto3.Session("test", "test", region_name="us-east-1")
        return _pairs(session.client("rekognition", endpoint_url=url), folder / "people")


def _pairs(faces: Any, people: Path) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, int]]:
    faces.create_collection(CollectionId="measured")
    who, sexes = {}, {}
    for photo in sorted(people.glob("*/*.jpg")):
        answer = faces.index_faces(CollectionId="measured", Image={"Bytes": photo.read_bytes()}, MaxFaces=1)
        for record in answer["FaceRecords"]:
            who[record["Face"]["FaceId"]] = photo.parent.name
        sexes[photo.parent.name] = json.loads((photo.parent / "person.json").read_text())["sex"]
    genuine, impostor = defaultdict(list), defaultdict(list)
    for face, person in who.items():
        found = faces.search_faces(CollectionId="measured", FaceId=face, FaceMatchThreshold=0, MaxFaces=4096)
        for match in found["FaceMatches"]:
            other = who[match["Face"]["FaceId"]]
            (genuine if other == person else impostor)[sexes[person]].append(match["Similarity"])
    return genuine, impostor, {sex: list(sexes.values()).count(sex) for sex in set(sexes.values())}


def rule(sex: str, genuine: list[float], impostor: list[float], people: int) -> dict[str, Any]:
    """The group's entry in the policy, with its evidence."""
    steps = (tenths / 10 for tenths in range(round(10 * REVIEW), 1001))
    threshold = next(step for step in steps if upper_bound(_over(impostor, step), len(impostor)) < TARGET_FMR)
    evidence = {
        "population": f"synthetic people, seed {SEED}",
        "people": people,
        "impostor_pairs": len(impostor),
        "false_matches": _over(impostor, threshold),
        "fmr_upper_95": round(upper_bound(_over(impostor, threshold), len(impostor)), 5),
        "genuine_pairs": len(genuine),
        "false_non_matches": len(genuine) - _over(genuine, threshold),
        "command": "python -m benchmarks.demo_policy",
    }
    why = f"Smallest threshold whose upper bound of the false match rate is under {TARGET_FMR}, on synthetic people."
    return {"sex": sex, "review": REVIEW, "alert": threshold, "evidence": evidence, "why": why}


def _over(similarities: list[float], threshold: float) -> int:
    return sum(similarity >= threshold for similarity in similarities)


def write(rules: list[dict[str, Any]], now: datetime) -> None:
    """Make the demo's policy from the shipped one."""
    policy = {**FLOOR, "version": f"demo-synthetic-{SEED}c", "groups": rules}
    why = policy.pop("why")
    policy["fairness"] |= {"group_by": ["sex"], "target_fmr": {"review": 0.01, "alert": TARGET_FMR}}
    policy["fairness"]["max_age_days"] = 3650
    policy["measured"] = {
        "report": "python -m benchmarks.demo_policy",
        "report_sha256": hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest(),
        "collection": "missing-people-1",
        "face_model_version": FACE_MODEL_VERSION,
        "at": now.isoformat(timespec="seconds"),
    }
    policy["why"] = why
    # The open detector's scores end at about 95 where Rekognition says 99.9.
    policy["probe"]["confidence"] = 90
    policy["why"] |= {
        "groups": "FOR THE DEMO ONLY. Measured on people who do not exist: this proves the machinery, not a model.",
        "probe": policy["why"]["probe"] + " Confidence is on the open detector's scale, which ends at about 95.",
        "fairness": "FOR THE DEMO ONLY. 48 drawn people can't prove more, and a demo should still work in years.",
    }
    POLICY.write_text(json.dumps(policy, indent=2) + "\n")


def main() -> None:
    """Measure, show, and write if asked."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    chosen = options(__doc__ or "", arguments)
    with tempfile.TemporaryDirectory() as folder:
        genuine, impostor, people = measure(Path(folder), QUICK_PEOPLE if chosen.quick else PEOPLE)
    rules = [rule(sex, genuine[sex], impostor[sex], people[sex]) for sex in sorted(people)]
    report = Report("demo_policy", {f"{r['sex']} alert": {"threshold": r["alert"], **r["evidence"]} for r in rules})
    report.show()
    report.write(chosen.json)
    if "--write" in sys.argv:
        write(rules, datetime.now(UTC))


if __name__ == "__main__":
    main()
