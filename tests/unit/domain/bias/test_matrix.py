"""Rows of similarities become comparisons with people, each by the best of their photos."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.bias.matrix import KEPT_FROM, MOST_LISTED, Matrix
from homeward.domain.bias.models import Comparisons


def listed(found: Comparisons) -> list[tuple[int, int, float]]:
    return sorted(zip(found.probe.tolist(), found.subject.tolist(), found.similarity.tolist(), strict=True))


def matrix(*subject_of: int) -> Matrix:
    return Matrix([f"f{n}" for n in range(len(subject_of))], np.array(subject_of, np.int32))


def test_the_best_of_a_persons_photos_counts() -> None:
    made = matrix(0, 0, 1, 1)
    made.add("f0", {"f1": 98.0, "f2": 61.0, "f3": 75.5})
    made.add("f2", {"f0": 61.0, "f1": 49.9, "f3": 90.0})
    assert listed(made.comparisons()) == [(0, 0, 98.0), (0, 1, 75.5), (2, 0, 61.0), (2, 1, 90.0)]
    assert made.comparisons().complete_from == KEPT_FROM


def test_a_photo_is_not_compared_with_itself_nor_with_faces_that_came_meanwhile() -> None:
    made = matrix(0, 1)
    made.add("f0", {"f0": 100.0, "new": 99.0})
    assert listed(made.comparisons()) == []


def test_nobody() -> None:
    assert listed(matrix().comparisons()) == []
    made = matrix(0)
    made.add("f0", {})
    assert listed(made.comparisons()) == []


def test_a_list_that_was_cut_off_says_nothing_below_its_end() -> None:
    made = matrix(*range(MOST_LISTED + 2))
    made.add("f0", {f"f{n}": 80.0 + n / MOST_LISTED for n in range(1, MOST_LISTED + 1)})
    found = made.comparisons()
    assert found.complete_from > 80.0
    assert (found.similarity < found.complete_from).sum() == 1  # the last of the list


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_as_a_double_loop_would(subjects: list[int], random: object) -> None:
    draw = random.uniform  # type: ignore[attr-defined]
    values = {(a, b): round(draw(0, 100), 2) for a in range(len(subjects)) for b in range(len(subjects)) if a != b}
    made = matrix(*subjects)
    for probe in range(len(subjects)):
        made.add(f"f{probe}", {f"f{b}": value for (a, b), value in values.items() if a == probe})
    best: dict[tuple[int, int], float] = {}
    for (a, b), value in values.items():
        key = (a, subjects[b])
        best[key] = max(best.get(key, 0.0), value)
    kept = sorted((a, subject, float(np.float32(v))) for (a, subject), v in best.items() if np.float32(v) >= KEPT_FROM)
    assert listed(made.comparisons()) == kept
