from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standins.rekognition.similarity import IMPOSTORS_END, SAME_PERSON, similarity

COSINES = st.floats(-1, 1, allow_nan=False)


def test_the_curve_goes_through_its_two_measured_points() -> None:
    assert similarity(np.array([SAME_PERSON, IMPOSTORS_END])) == pytest.approx([80, 99])


@given(COSINES, COSINES)
def test_a_higher_cosine_is_never_less_similar(one: float, other: float) -> None:
    low, high = similarity(np.array(sorted((one, other))))
    assert 0 <= low <= high <= 100
    # As far apart as 32-bit vectors can tell, the order is strict.
    assert low < high or abs(one - other) < 1e-6


def test_the_ends() -> None:
    lowest, stranger, same = similarity(np.array([-1.0, 0.14, 1.0]))
    assert lowest < 0.001
    assert stranger < 25
    assert same > 99.99
