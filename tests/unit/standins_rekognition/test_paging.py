from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standins.rekognition import paging
from standins.rekognition.errors import InvalidPaginationTokenError


@given(st.text(), st.integers(0, 2**63))
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
