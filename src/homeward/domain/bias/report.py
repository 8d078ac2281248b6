"""The report of a measurement: what was measured, what follows, and what the numbers can't show. JSON-ready."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

# Said on every report, whatever was measured: nobody should have to know it.
CANNOT_SHOW = (
    "How often a camera's face is taken for somebody else. What was compared are case photos with case photos: mostly "
    "portraits, well lit, from the front. Faces from cameras are worse, so expect more errors, and not the same "
    "number more in each group.",
    "How often a missing person is missed on the street. The rates of misses come from a person's other photos, often "
    "taken on one day; people change, and no photo here shows them as they look now.",
    "Who the people are that pass the cameras. The searches of people who aren't enrolled take enrolled people for "
    "them, one at a time; the people at a place differ from those in the collection in age, dress and descent.",
    "That a lead is right. That depends as much on how few of the people who pass are missing as on any rate here: "
    "at one in 100,000, most leads are wrong even at a very low rate.",
    "Groups that the records don't name. Sex, ethnicity and age are what a source recorded, with its words and its "
    "mistakes; who has no record of an attribute is in no group of it, and gets the strictest thresholds.",
    "That groups are equal. Where intervals overlap, the data don't suffice to tell; that is not the same as no "
    "difference. And of a hundred intervals of 95 %, about five miss the truth.",
    "People whose photos gave no usable face. They are counted below, but can't be found at all: an error of its own.",
)
SYNTHETIC = (
    "These people do not exist. Numbers about them prove that the machinery works; they say nothing about a face model "
    "or about any real group."
)


def build_report(
    run: str,
    made_at: str,
    measurement: Mapping[str, Any],
    policy: Mapping[str, Any],
    statistics: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that the page shows. `measurement` holds the facts of the matrix, `statistics` is `analyse`'s."""
    stops = list(_stops(measurement))
    return {
        "run": run,
        "made_at": made_at,
        "measurement": dict(measurement),
        "policy": dict(policy),
        "synthetic": is_synthetic(measurement),
        "problems": [*stops, *_gaps(measurement), *statistics.get("problems", ())],
        "may_propose": not stops,
        "statistics": dict(statistics),
        "cannot_show": list(CANNOT_SHOW),
    }


def is_synthetic(measurement: Mapping[str, Any]) -> bool:
    """Whether any of the people is made up: their records say so, or come from a server on this machine."""
    return bool(measurement.get("synthetic")) or any(map(_is_local, measurement.get("hosts", {})))


def _is_local(address: str) -> bool:
    host = urlsplit(f"//{address}").hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _stops(measurement: Mapping[str, Any]) -> Iterator[str]:
    """What makes the numbers those of no one collection: nothing may be proposed from them."""
    began, ended = measurement, measurement.get("at_end") or {}
    for name, what in (("collection", "another collection"), ("face_model_version", "another face model")):
        if name in ended and ended[name] != began[name]:
            yield (
                f"{what} was live when the measurement ended ({ended[name]}) than when it began ({began[name]}): "
                "no policy is proposed; measure again"
            )
    if missing := measurement.get("missing_batches"):
        yield f"batches {', '.join(missing)} left no results: no policy is proposed; clear their tasks, with downstream"


def _gaps(measurement: Mapping[str, Any]) -> Iterator[str]:
    """What changed meanwhile and was left out."""
    if gone := measurement.get("gone"):
        yield f"{gone:,} faces left the collection while it was measured; they were left out"
    if came := measurement.get("came"):
        yield f"{came:,} faces came into the collection while it was measured; they were left out"
