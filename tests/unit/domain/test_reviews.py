"""When the answers to a question are enough."""

from __future__ import annotations

import pytest

from homeward.domain.errors import InputError
from homeward.domain.reviews import ReviewAnswer, ReviewVerdict, handed_over, verdict_of

YES, NO, UNCLEAR = ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED, ReviewVerdict.INCONCLUSIVE


def answers(*verdicts: ReviewVerdict) -> list[ReviewAnswer]:
    return [ReviewAnswer(verdict, f"Person {number}", "", "") for number, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("said", "reviewers", "verdict"),
    [
        ([], 1, None),
        ([YES], 1, YES),
        ([NO], 1, NO),
        ([UNCLEAR], 1, UNCLEAR),
        ([], 2, None),
        ([YES], 2, None),
        ([NO], 2, NO),
        ([UNCLEAR], 2, UNCLEAR),
        ([YES, YES], 2, YES),
        ([YES, NO], 2, UNCLEAR),
        ([YES, UNCLEAR], 2, UNCLEAR),
    ],
)
def test_what_people_said(said: list[ReviewVerdict], reviewers: int, verdict: ReviewVerdict | None) -> None:
    assert verdict_of(answers(*said), reviewers) is verdict


@pytest.mark.parametrize("name", ["Alex Example", " alex example ", "ALEX EXAMPLE"])
def test_one_person_is_not_two(name: str) -> None:
    with pytest.raises(InputError, match="answered already"):
        verdict_of([ReviewAnswer(YES, "Alex Example", "", ""), ReviewAnswer(YES, name, "", "")], 2)


@pytest.mark.parametrize(("verdict", "people"), [("CONFIRMED", 2), ("INCONCLUSIVE", 0)])
def test_the_machine_is_told_numbers_and_no_names(verdict: str, people: int) -> None:
    said = [{"verdict": "CONFIRMED", "reviewer": "Alex Example"}, {"verdict": "CONFIRMED", "reviewer": "Robin Example"}]
    told = handed_over({"verdict": verdict, "answers": said})
    assert told == {"verdict": verdict, "confirmed_by": people}
