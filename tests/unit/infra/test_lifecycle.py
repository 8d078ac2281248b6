"""S3's own rules are the second net under retention: everything has one, and none is tighter than the policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode

from homeward.domain.retention import Kept, parse_retention
from homeward.steps.erasure_files import RUN_FOLDERS

ROOT = Path(__file__).resolve().parents[3]
KEEP = parse_retention((ROOT / "policy" / "retention.json").read_text()).keep
# These are kept for as long as somebody is looked for, and go by their case; or they are what is so now.
NO_LIMIT = ("photos/", "raw/", "policy/", "latest/")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(decode(str(ROOT / "infra" / "template.yaml"))[0])


def rules(template: dict[str, Any], bucket: str) -> list[dict[str, Any]]:
    found = template["Resources"][bucket]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in found)
    return list(found)


def test_files_of_runs(template: dict[str, Any]) -> None:
    by_prefix = {rule["Prefix"]: rule for rule in rules(template, "CasesBucket") if "Prefix" in rule}
    assert set(RUN_FOLDERS) <= set(by_prefix), "a folder of runs has no net"
    for folder in RUN_FOLDERS:
        assert by_prefix[folder]["ExpirationInDays"] >= KEEP[Kept.RUN_FILES].days, folder
        assert by_prefix[folder]["NoncurrentVersionExpiration"]


def test_what_is_looked_for_has_no_limit(template: dict[str, Any]) -> None:
    prefixes = [rule.get("Prefix", "") for rule in rules(template, "CasesBucket") if "ExpirationInDays" in rule]
    for folder in NO_LIMIT:
        assert not any(folder.startswith(prefix) or prefix.startswith(folder) for prefix in prefixes), folder


def test_pictures(template: dict[str, Any]) -> None:
    (rule,) = [rule for rule in rules(template, "PicturesBucket") if "ExpirationInDays" in rule]
    assert rule["ExpirationInDays"] == {"Ref": "PictureDays"}
    days = template["Parameters"]["PictureDays"]["Default"]
    assert days >= KEEP[Kept.CROPS].days
    assert days >= KEEP[Kept.FRAMES].days


def test_every_object_that_is_deleted_has_older_versions_deleted(template: dict[str, Any]) -> None:
    for bucket in ("PicturesBucket", "CasesBucket"):
        for rule in rules(template, bucket):
            assert "ExpirationInDays" not in rule or rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 1
