"""The report as a page: self-contained, everything from outside escaped, and its sentences true."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from homeward.domain.bias.markup import Markup, rate_cell, table
from homeward.domain.bias.page import bias_page
from homeward.domain.bias.page_words import in_short, label, level_name
from homeward.domain.bias.report import CANNOT_SHOW, build_report
from tests.factories.bias import LIVE, choice, group, level, rate, statistics, tiers

FACTS = {"collection": "missing-people-1", "face_model_version": "7.0", "calls": 800, "usd": 0.8, "at": "2026-11-01"}


def report(found: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    made = (FACTS | facts, {"version": "floor-3"}, found or statistics())
    return build_report("run-1", "2026-11-22T00:00:00.000Z", *made)


class Reader(HTMLParser):
    """The tags of a page, where its links lead, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attributes)
        self.links += [found[name] or "" for name in ("href", "src", "xlink:href") if name in found]
        self.ids += [found["id"] or ""] if "id" in found else []
        assert not [name for name in found if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def read(found: dict[str, Any] | None = None, **facts: Any) -> Reader:
    return Reader(bias_page(report(found, **facts)))


def test_it_needs_nothing_from_anywhere() -> None:
    page = read()
    assert not {"script", "img", "image", "iframe", "link", "form", "input", "object"} & set(page.tags)
    assert page.tags.count("svg") == 5
    assert {link[:1] for link in page.links} == {"#"}
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids)), "an id twice: a chart would draw with another one's parts"


def test_it_says_whose_numbers_they_are_and_what_they_cannot_show() -> None:
    page = read()
    for said in ("missing-people-1", "face model 7.0", "floor-3", "run-1", *CANNOT_SHOW):
        assert " ".join(said.split()) in page.text
    assert "Synthetic" not in page.text
    assert "These people do not exist" in read(hosts={"127.0.0.1:14588": 8}).text


def test_everything_from_outside_is_escaped() -> None:
    evil = '<script>alert("x")</script>'
    bad = level(group({"sex": evil}), group({"sex": "Male"}))
    pair = {"cases": [evil, evil], "similarity": 99.9, "left_out": True, "why": evil}
    found = statistics(bad, problems=[evil], duplicates=[pair])
    page = bias_page(report(found, collection=evil, face_model_version=evil, left_out={evil: 1}, at=evil))
    assert "script" not in Reader(page).tags
    assert "&lt;script&gt;" in page


def test_problems_come_first() -> None:
    page = read(statistics(problems=["nobody has two photos"]), gone=3).text
    assert page.index("3 faces left") < page.index("nobody has two photos") < page.index("In short")


def test_a_group_without_proof_is_for_people_and_says_how_many_more_it_takes() -> None:
    page = bias_page(report())
    assert (
        page.count("<b>a person decides</b><small>alerts: too few people</small><small>about 1,200 more people needed")
        == 2
    )
    assert "In none of 2 groups" in read().text


def test_a_changed_threshold_is_marked_with_its_direction() -> None:
    proposed = tiers({"review": 85.0, "alert": 99.5}, True)
    looser = group({"sex": "Female"}, proposed=proposed, choice={"review": choice(85.0), "alert": choice(99.5)})
    page = read(statistics(level(looser, group({"sex": "Male"}))))
    assert "looser by 5.0" in page.text
    assert "stricter by 0.5" in page.text
    assert "proved" in page.text


def test_a_group_needs_both_thresholds_to_be_proved() -> None:
    for half in ({"review": choice(85.0), "alert": choice()}, {"review": choice(), "alert": choice(99.5)}):
        page = bias_page(report(statistics(level(group({"sex": "Female"}, choice=half)))))
        assert page.count("a person decides</b>") == 1


def test_what_the_suspected_duplicates_change_is_told() -> None:
    with_them = choice(85.0) | {"with_duplicates": 97.3}
    one = group({"sex": "Female"}, choice={"review": with_them, "alert": choice(99.0) | {"with_duplicates": None}})
    text = bias_page(report(statistics(level(one))))
    assert "97.3 if duplicates count" in text
    assert "none if duplicates count" in text


def test_a_measurement_of_nobody() -> None:
    nothing = {"people": 0, "photos": 0, "genuine": 0, "impostor": 0}
    page = read(statistics(levels=[], counts=nothing))
    assert "0 people with 0 photos" in page.text
    assert "svg" not in page.tags


def test_a_group_of_which_nothing_is_known() -> None:
    empty = rate(0, 0)
    alone = group(
        {"sex": "Male"},
        people=1,
        fmr_same=None,
        fnmr=None,
        fpir=None,
        histogram=None,
        live=tiers(LIVE, fmr_same=None, fnmr=empty, fpir=empty),
        proposed=tiers(LIVE, fmr_same=None, fnmr=empty, fpir=empty),
    )
    assert "no data" in read(statistics(level(group({"sex": "Female"}), alone))).text
    assert "no data" in read(statistics(level(alone))).text


def test_the_worst_group_is_named_with_what_is_sure() -> None:
    told = " ".join(in_short(report()))
    assert "By sex" in told
    assert "within the group Female (1 in 10,000)" in told
    assert "at least 1.4 times as often" in told
    nowhere = group({"sex": "Female"}, live=tiers(LIVE, fmr_same=rate(0, 30_000, 1e-4)))
    silent = level(nowhere, group({"sex": "Male"}, live=tiers(LIVE, fmr_same=rate(0, 30_000, 1e-5))))
    assert "no stranger of the same group reaches" in " ".join(in_short(report(statistics(silent))))
    unsure = level(group({"sex": "Female"}), group({"sex": "Male"}), low=0.7)
    assert "don't suffice to tell the two apart" in " ".join(in_short(report(statistics(unsure))))


def test_no_error_seen_is_never_called_zero() -> None:
    none = group({"sex": "Male"}, live=tiers(LIVE, fmr_same=rate(0, 30_000, 1e-4)))
    told = " ".join(in_short(report(statistics(level(group({"sex": "Female"}), none)))))
    assert "Male (none seen, so at most 1 in 10,000)" in told
    assert (
        rate_cell(rate(0, 30_000, 1e-4)) == "<b>none seen</b><small>at most 1 in 10,000</small><small>of 30,000</small>"
    )


def test_pairs_that_may_be_one_person_are_for_a_person() -> None:
    pairs = [{"cases": ["a", "b"], "similarity": 99.9, "left_out": out, "why": "w"} for out in (True, False)]
    assert any("2 pairs" in line and "1 of them" in line for line in in_short(report(statistics(duplicates=pairs))))


@pytest.mark.parametrize(("limit", "marked"), [(1e-4, True), (3.1e-4, False), (None, False)])
def test_a_rate_that_may_be_over_its_target_is_marked(limit: float | None, marked: bool) -> None:
    assert ('class="over"' in rate_cell(rate(3, 30_000), limit)) is marked


def test_names_for_people() -> None:
    assert label(group({"sex": "Female", "age_band": "50-150"})) == "Female / 50 or older"
    assert level_name({"attributes": ["sex", "ethnicity", "age_band"]}) == "Sex, ethnicity and age"
    assert level_name({"attributes": ["sex"]}) == "Sex"


def test_a_table_escapes_what_is_no_markup() -> None:
    assert '<th>&lt;b&gt;<td class="n"><b>1</b>' in table(("a", "b"), [("<b>", Markup("<b>1</b>"))])
    assert "none" in table(("a",), [])
