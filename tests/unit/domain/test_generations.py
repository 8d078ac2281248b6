"""Names and times of the collection's generations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from homeward.domain.errors import RebuildError
from homeward.domain.generations import Generation, GenerationState, is_over, next_name, of_family, split

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
KEPT = timedelta(days=30)


@pytest.mark.parametrize("name", ["faces", "faces-", "-1", "faces-0", "faces-01", "faces-x", ""])
def test_a_collection_without_a_generation_is_refused(name: str) -> None:
    with pytest.raises(RebuildError, match="without a generation"):
        split(name)


def test_only_our_own_family_counts_in_the_order_of_its_numbers() -> None:
    there = ["faces-10", "faces-2", "other-3", "faces", "my-faces-4", "faces-2-1", "faces-1"]
    assert of_family("faces-2", there) == ["faces-1", "faces-2", "faces-10"]


def test_a_number_is_never_given_twice() -> None:
    assert next_name("faces-1", []) == "faces-2"
    assert next_name("faces-1", ["faces-1", "faces-2"]) == "faces-3"
    assert next_name("faces-9", ["faces-10", "faces-2"]) == "faces-11"


@pytest.mark.parametrize(
    ("state", "live", "age", "over"),
    [
        (GenerationState.RETIRED, "faces-2", KEPT, True),
        (GenerationState.RETIRED, "faces-2", KEPT - timedelta(seconds=1), False),
        (GenerationState.RETIRED, "faces-1", 2 * KEPT, False),
        (GenerationState.BUILDING, "faces-2", 2 * KEPT, False),
        (GenerationState.LIVE, "faces-2", 2 * KEPT, False),
        (GenerationState.DELETED, "faces-2", 2 * KEPT, False),
    ],
)
def test_when_a_generation_may_be_deleted(state: GenerationState, live: str, age: timedelta, over: bool) -> None:
    record = Generation("faces-1", state, (NOW - age).isoformat(), "run")
    assert is_over(record, live, NOW, KEPT) is over
    assert Generation.from_json(record.to_json()) == record
