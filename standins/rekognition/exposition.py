"""The status as Prometheus reads it: text exposition format 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from standins.rekognition.metrics import BUCKETS, Measured
from standins.rekognition.models import FACE_MODEL_VERSION
from standins.rekognition.status import Status

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (*(f"{bound:g}" for bound in BUCKETS), "+Inf")


def exposition(status: Status) -> str:
    """Every metric of the service."""
    collections, operations = status.collections, sorted(status.operations.items())
    families = (
        _family("rekognition_info", "gauge", "Always 1; the labels tell versions.", [_info()]),
        _family("rekognition_requests_total", "counter", "Answered calls by operation and code.", _calls(operations)),
        _family("rekognition_request_seconds", "histogram", "From head to answer.", _times(operations)),
        _family(
            "rekognition_collection_faces",
            "gauge",
            "Faces by collection.",
            (_sample("", each.faces, collection=each.name) for each in collections),
        ),
        _family(
            "rekognition_collection_users",
            "gauge",
            "Users by collection.",
            (_sample("", each.users, collection=each.name) for each in collections),
        ),
        _family(
            "rekognition_throttle_calls_per_second",
            "gauge",
            "Allowed calls; operations that aren't throttled are absent.",
            (_sample("", rate, operation=name) for name, rate in sorted(status.rates.items())),
        ),
        _family("rekognition_data_bytes", "gauge", "Size of the data folder.", [_sample("", status.disk)]),
        _family("process_resident_memory_bytes", "gauge", "Memory of the process.", [_sample("", status.memory)]),
        _family("process_start_time_seconds", "gauge", "When it began, since the epoch.", [_sample("", status.began)]),
    )
    return "".join(families)


def _family(name: str, kind: str, help_: str, samples: Iterable[str]) -> str:
    lines = [f"# HELP {name} {help_}\n", f"# TYPE {name} {kind}\n", *(f"{name}{sample}\n" for sample in samples)]
    return "".join(lines)


def _sample(suffix: str, value: float, **labels: str) -> str:
    told = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
    return f"{suffix}{{{told}}} {value!r}" if told else f"{suffix} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _info() -> str:
    return _sample("", 1, face_model=FACE_MODEL_VERSION)


def _calls(operations: list[tuple[str, Measured]]) -> Iterator[str]:
    for name, measured in operations:
        for code, count in sorted(measured.codes.items()):
            yield _sample("", count, operation=name, code=code)


def _times(operations: list[tuple[str, Measured]]) -> Iterator[str]:
    for name, measured in operations:
        for bound, count in zip(_BOUNDS, accumulate(measured.buckets), strict=True):
            yield _sample("_bucket", count, operation=name, le=bound)
        yield _sample("_sum", measured.seconds, operation=name)
        yield _sample("_count", measured.calls, operation=name)
