"""Reading NamUs's index over HTTP: its parts, its limits, what it refuses and what no state lists."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.adapters.sources import namus
from homeward.adapters.sources.namus_search import MAX_SEARCHES, PROJECTIONS
from homeward.adapters.sources.namus_sweep import PASSES, READS
from homeward.domain.errors import InputError, NotFoundError, ServiceUnavailableError, SourceError
from tests.contract.namus_client.conftest import ReadIndex
from tests.contract.namus_client.index import SEARCH, STATES, Index, Listed
from tests.contract.namus_client.scripted import Answer, ScriptedServer


def numbers(sweep: Any) -> list[int]:
    return [int(row.number) for row in sweep.rows]


def states_read(index: Index) -> list[str]:
    """The state of every search by one, in order."""
    return [search["predicates"][0]["values"][0] for search in index.searches if search["predicates"]]


def test_every_page_of_every_state(server: ScriptedServer, reads: ReadIndex) -> None:
    index = Index.of([*(Listed(number) for number in range(1, 22)), Listed(90, ("Utah",))])
    sweep = reads(index, page=10).sweep()
    assert numbers(sweep) == [*range(1, 22), 90]
    assert (sweep.complete, sweep.expected, sweep.notes) == (True, 22, ())
    assert sweep.requests == len(server.asked) == 1 + 1 + 3 + 1 + 1  # states, count, Iowa, Utah, Guam
    assert all(search["projections"] == list(PROJECTIONS) for search in index.searches)


def test_the_cost_is_counted(server: ScriptedServer, reads: ReadIndex) -> None:
    source = reads(Index.of([Listed(1)]))
    first, second = source.sweep(), source.sweep()
    assert first.traffic == second.traffic
    assert first.traffic.requests == 5
    assert first.traffic.bytes > 100
    assert source.traffic == first.traffic + second.traffic == source.client.by_kind["index"]


def test_an_index_without_cases_is_whole(reads: ReadIndex) -> None:
    sweep = reads(Index()).sweep()
    assert (sweep.rows, sweep.complete, sweep.expected) == ((), True, 0)


def test_a_case_under_two_states_counts_once_in_its_newest_form(reads: ReadIndex) -> None:
    index = Index.of([Listed(7, ("Iowa", "Utah"))])
    index.before = lambda search: index.put(7) if search == 3 else None  # after Guam and Iowa, before Utah
    sweep = reads(index).sweep()
    assert [(int(row.number), row.modified) for row in sweep.rows] == [(7, index.cases[7].modified)]
    assert sweep.complete


# ---------------------------------------------------------------------------------- beyond the window


def crowd(count: int, **changes: Any) -> list[Listed]:
    """People of one state, of ages all over."""
    return [Listed(number, **{"age": number % 80, **changes}) for number in range(1, count + 1)]


def test_a_state_beyond_the_window_is_read_in_parts(reads: ReadIndex) -> None:
    index = Index.of([*crowd(60), *(Listed(number, gender="Female") for number in range(100, 110))])
    sweep = reads(index, page=10, window=20).sweep()
    assert (sweep.complete, len(sweep.rows), sweep.notes) == (True, 70, ())
    assert all(search["skip"] + search["take"] <= 20 for search in index.searches)
    parts = [tuple(predicate["field"] for predicate in search["predicates"]) for search in index.searches]
    assert ("stateOfLastContact", "gender") in parts
    assert ("stateOfLastContact", "gender", "computedMissingMinAge", "computedMissingMinAge") in parts


def test_who_has_no_age_is_missed_in_a_crowd_and_told_of(reads: ReadIndex) -> None:
    index = Index.of([*crowd(60), Listed(0x7FFF, age=None)])
    sweep = reads(index, page=10, window=20).sweep()
    assert (sweep.complete, len(sweep.rows), sweep.expected) == (False, 60, 61)
    assert "Iowa, Male: 61 cases by count, 60 listed" in sweep.notes
    assert sweep.unplaced == 1


def test_a_crowd_of_one_age_is_not_cut_for_ever(reads: ReadIndex) -> None:
    index = Index.of(crowd(60, age=40))
    sweep = reads(index, page=10, window=20).sweep()
    assert not sweep.complete
    assert "Iowa, Male, aged 40-40: 60 cases by count, 10 listed" in sweep.notes
    assert len(index.searches) < 80


@pytest.mark.parametrize("fault", [{"breaks_on": {"LessThanOrEqualTo"}}, {"unknown": {"computedMissingMinAge"}}])
def test_a_source_that_cannot_search_by_age_is_read_as_far_as_it_goes(reads: ReadIndex, fault: dict[str, Any]) -> None:
    index = Index.of([*crowd(60), Listed(99, ("Utah",))], **{name: frozenset(what) for name, what in fault.items()})
    sweep = reads(index, page=10, window=20).sweep()
    assert not sweep.complete
    assert 99 in numbers(sweep)
    assert any(note.startswith("Iowa, Male can't be read in parts: ") for note in sweep.notes)


def test_counts_out_of_their_mind_end(server: ScriptedServer, reads: ReadIndex) -> None:
    source = reads(Index())
    server.answers[SEARCH] = [Answer({"count": 10**12, "results": []})]
    sweep = source.sweep()
    assert (sweep.complete, sweep.rows) == (False, ())
    assert f"given up after {MAX_SEARCHES} searches" in sweep.notes
    assert sweep.requests == 1 + MAX_SEARCHES


# --------------------------------------------------------------------------- what no state lists

MALE = {"field": "gender", "operator": "IsIn", "values": ["Male"]}


def up_to(age: int) -> dict[str, Any]:
    return {"field": "computedMissingMinAge", "operator": "LessThanOrEqualTo", "value": age}


def test_a_case_without_state_is_found_otherwise(reads: ReadIndex) -> None:
    sweep = reads(Index.of([Listed(1), Listed(2, ())])).sweep()
    assert numbers(sweep) == [1, 2]
    assert (sweep.complete, sweep.unplaced, sweep.notes) == (True, 1, ("1 cases are listed under no state",))


def test_it_is_found_beyond_the_window_too_and_the_search_ends_there(reads: ReadIndex) -> None:
    index = Index.of([*crowd(60, states=("Iowa", "Utah")), Listed(99, (), age=0)])
    sweep = reads(index, page=10, window=20).sweep()
    assert (sweep.complete, sweep.unplaced, len(sweep.rows)) == (True, 1, 61)
    everywhere = [search for search in index.searches if search["predicates"][:1] == [MALE]]
    assert [search["predicates"][1:] for search in everywhere] == [[], [up_to(30)], [up_to(7)]]


def test_what_is_only_counted_makes_the_sweep_incomplete(reads: ReadIndex) -> None:
    index = Index.of([Listed(1)], hidden=2)
    sweep = reads(index).sweep()
    assert (sweep.complete, numbers(sweep), sweep.expected, sweep.unplaced) == (False, [1], 3, 2)
    assert "1 of 3 cases were seen for certain" in sweep.notes
    assert states_read(index) == ["Guam", "Iowa", "Utah"]  # the index stands still: once more would find no more


# ------------------------------------------------------------------------------- drift


def test_a_state_that_changes_while_we_page_is_read_again_and_only_that(reads: ReadIndex) -> None:
    index = Index.of([*crowd(15), Listed(90, ("Utah",))])
    # Between the pages of Iowa one leaves the first of them, and everything behind moves up.
    index.before = lambda search: index.cases.pop(1, None) if search == 3 else None
    sweep = reads(index, page=10).sweep()
    assert sweep.complete
    assert numbers(sweep) == [*range(1, 16), 90]
    assert states_read(index) == ["Guam", "Iowa", "Iowa", "Iowa", "Iowa", "Utah"]


def test_what_came_while_we_read_costs_a_second_pass(reads: ReadIndex) -> None:
    index = Index.of([Listed(1), Listed(2, ("Utah",))])
    index.before = lambda search: index.put(2, states=("Utah",)) if search == 2 else None
    sweep = reads(index).sweep()
    assert (sweep.complete, numbers(sweep)) == (True, [1, 2])
    assert states_read(index) == ["Guam", "Iowa", "Utah"] * 2


def test_an_index_that_never_settles_is_given_up_without_an_error(reads: ReadIndex) -> None:
    index = Index.of([Listed(1), Listed(2, ("Utah",))])

    def leaves(search: int) -> None:
        """Somebody new comes ahead of every search, and the one before is gone again."""
        index.put(100 + search, states=("Utah",))
        index.cases.pop(99 + search, None)

    index.before = leaves
    sweep = reads(index).sweep()
    assert not sweep.complete
    assert {1, 2} < {*numbers(sweep)}
    assert sweep.notes[-1].endswith("cases were seen for certain")
    assert states_read(index).count("Iowa") == PASSES


def test_a_source_that_gives_less_than_asked_for_is_read_to_the_end(reads: ReadIndex) -> None:
    sweep = reads(Index.of(crowd(25), cap=4), page=10).sweep()
    assert (sweep.complete, len(sweep.rows)) == (True, 25)


def test_pages_in_any_order_are_read_until_nobody_is_missing(reads: ReadIndex) -> None:
    index = Index.of(crowd(12), shuffled=3)
    sweep = reads(index, page=10).sweep()
    assert len(sweep.rows) == 12 or not sweep.complete


def test_a_time_to_come_proves_nothing(reads: ReadIndex) -> None:
    index = Index.of([Listed(1, modified="2999-01-01T00:00:00"), Listed(2, ("Utah",))])
    sweep = reads(index).sweep()
    assert sweep.complete
    assert states_read(index) == ["Guam", "Iowa", "Utah"] * 2


# ------------------------------------------------------------------------ what the source refuses


def test_an_unknown_projection_is_left_out_and_told_of(reads: ReadIndex) -> None:
    index = Index.of([Listed(1), Listed(2)], unknown=frozenset({"createdDateTime"}))
    sweep = reads(index).sweep()
    assert [(int(row.number), row.created) for row in sweep.rows] == [(n, "2023-01-01T00:00:00") for n in (1, 2)]
    assert (sweep.complete, sweep.dropped_fields) == (True, ("createdDateTime",))
    assert sum("createdDateTime" in search["projections"] for search in index.searches) == 1
    assert "modifiedDateTime stands for it" in sweep.notes[0]


def test_without_the_time_of_changes_every_case_is_still_found_and_proved(reads: ReadIndex) -> None:
    index = Index.of([Listed(1), Listed(2, ("Utah",))], unknown=frozenset({"modifiedDateTime"}))
    sweep = reads(index).sweep()
    assert [row.modified for row in sweep.rows] == ["2020-01-01T00:00:00"] * 2
    assert (sweep.complete, sweep.dropped_fields) == (True, ("modifiedDateTime",))
    assert any("changes of known cases are NOT seen" in note for note in sweep.notes)
    assert states_read(index) == ["Guam", "Iowa", "Utah"] * 2


@pytest.mark.parametrize(
    ("unknown", "named"),
    [({"namus2Number"}, "namus2Number"), ({"createdDateTime", "modifiedDateTime"}, "createdDateTime or modified")],
)
def test_what_nothing_can_replace_stops_the_sweep(reads: ReadIndex, unknown: set[str], named: str) -> None:
    with pytest.raises(SourceError, match=f"no longer tells {named}"):
        reads(Index.of([Listed(1)], unknown=frozenset(unknown))).sweep()


def test_states_that_cannot_be_searched_by_stop_the_sweep(reads: ReadIndex) -> None:
    with pytest.raises(SourceError, match=r"Invalid field name.*stateOfLastContact"):
        reads(Index.of([Listed(1)], unknown=frozenset({"stateOfLastContact"}))).sweep()


@pytest.mark.parametrize("refusal", ["unsortable", "breaks_on"])
@pytest.mark.parametrize("orders", [{"modifiedDateTime"}, {"modifiedDateTime", "dateOfLastContact"}])
def test_another_order_serves_and_is_told_of(reads: ReadIndex, refusal: str, orders: set[str]) -> None:
    index = Index.of([*crowd(15), Listed(90, ("Utah",))], **{refusal: frozenset(orders)})
    sweep = reads(index, page=10).sweep()
    assert (sweep.complete, len(sweep.rows), sweep.dropped_fields) == (True, 16, ())
    assert sum("can't sort by" in note for note in sweep.notes) == len(orders)
    left = [order["field"] for order in index.searches[-1]["orderSpecifications"]]
    assert left == ([] if len(orders) == 2 else ["dateOfLastContact"])


def test_a_source_that_fails_whatever_the_order_is_down(reads: ReadIndex) -> None:
    index = Index.of([Listed(1)])
    source = reads(index)
    source.client.get("/api/CaseSets/NamUs/States", 9)
    index.breaks_on = frozenset({"IsIn"})
    with pytest.raises(ServiceUnavailableError):
        source.sweep()


def test_another_case_set_has_fields_of_its_own(
    server: ScriptedServer, reads: ReadIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(namus.CASE_SETS, "UP", "UnidentifiedPersons")
    source = namus.NamusSource(reads(Index()).client, "UP")
    server.answers["/api/CaseSets/NamUs/UnidentifiedPersons/Search"] = [Answer({"count": 0, "results": []})]
    assert source.sweep().complete
    (first, *_) = [asked.body for asked in server.asked if asked.body and asked.body["predicates"]]
    assert first["predicates"][0]["field"] == "stateOfRecovery"
    with pytest.raises(NotFoundError):
        source.fetch(5)
    assert server.asked[-1].path == "/api/CaseSets/NamUs/UnidentifiedPersons/Cases/5"


def test_a_case_set_that_we_do_not_know_is_named(reads: ReadIndex) -> None:
    with pytest.raises(InputError, match=r"'XP'.*MP"):
        namus.NamusSource(reads(Index()).client, "XP")


# ------------------------------------------------------------------------------ bad answers


def test_a_row_that_cannot_be_read_is_left_out_and_missed(server: ScriptedServer, reads: ReadIndex) -> None:
    index = Index.of([Listed(1)])
    source = reads(index)
    good = index.answer({"predicates": [], "orderSpecifications": [], "projections": PROJECTIONS, "skip": 0, "take": 1})
    (row,) = good[1]["results"]
    broken = [
        {**row, "namus2Number": "x"},
        {**row, "namus2Number": True},
        {**row, "namus2Number": -1},
        {**row, "modifiedDateTime": "soon"},
        {**row, "createdDateTime": None},
        {"namus2Number": []},
        "text",
        None,
    ]
    server.answers[SEARCH] = [Answer({"count": 9, "results": [row, *broken]})]
    sweep = source.sweep()
    assert (numbers(sweep), sweep.complete) == ([1], False)
    assert any(note.endswith("results couldn't be read") for note in sweep.notes)
    assert sweep.requests <= 3 + PASSES * READS * 4


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"",
        b'{"count": 1',
        b"[" * 100_000,
        b'{"count": ' + b"9" * 5_000 + b"}",
        b"\xff\xfe",
        b"null",
        {"count": "1", "results": []},
        {"count": True, "results": []},
        {"count": -1, "results": []},
        {"count": 1.5, "results": []},
        {"results": []},
        {"count": 1, "results": {}},
        {"count": 1},
        [1],
        {"count": 0, "results": [], "x": "y" * 5_000_000},
    ],
)
def test_an_answer_that_is_no_search_result_stops_the_sweep(
    server: ScriptedServer, reads: ReadIndex, answer: Any
) -> None:
    source = reads(Index())
    server.answers[SEARCH] = [Answer(answer)]
    with pytest.raises(SourceError):
        source.sweep()


@pytest.mark.parametrize(
    "states", [[], {}, [{"id": 1}], ["Iowa"], b"<html>", b"", [{"name": ""}], [{"name": []}], [{"name": "Iowa"}, None]]
)
def test_a_list_of_states_that_is_none_stops_the_sweep(server: ScriptedServer, reads: ReadIndex, states: Any) -> None:
    source = reads(Index.of([Listed(1)]))
    server.answers[STATES] = [Answer(states)]
    with pytest.raises(SourceError):
        source.sweep()
