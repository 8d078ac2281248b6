from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standins.rekognition import paging
from standins.rekognition.errors import InvalidPaginationTokenError


@given(st.text(), st.integers(0, 2**63 - 1))
def test_a_token_leads_back_to_its_place(scope: str, number: int) -> None:
    text = paging.token(scope, number)
    assert len(text) <= 255
    assert paging.after(scope, text) == number
    with pytest.raises(InvalidPaginationTokenError):
        paging.after(scope + "x", text)


@given(st.text(max_size=300))
def test_other_text_is_no_token(text: str) -> None:
    with pytest.raises(InvalidPaginationTokenError):
        paging.after("any", text)


@given(st.integers(max_value=-1) | st.integers(min_value=2**63) | st.none() | st.text() | st.lists(st.integers()))
def test_a_place_that_no_list_has_is_no_token(place: Any) -> None:
    with pytest.raises(InvalidPaginationTokenError):
        paging.after("any", paging.token("any", place))
