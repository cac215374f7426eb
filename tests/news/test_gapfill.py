"""Paging back until history overlaps what is stored: nothing is lost, nothing asked for ever."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.gapfill import OVERLAP_US, fill, oldest_first
from news.providers import Page, ProviderDown
from tests.support.news import MINUTE, NOW, SECOND, Wire, item


def wire_of(minutes: list[int], *, page_limit: int = 3, kept: int = 10_000) -> Wire:
    wire = Wire(page_limit=page_limit, kept=kept)
    wire.send(*(item(n, at * MINUTE) for n, at in enumerate(minutes)))
    return wire


def fetch_from(wire: Wire, *, heeds_after: bool = True) -> Any:
    def fetch(before: str | None, after: int | None) -> Page:
        bound = after if heeds_after else None
        return wire.fetch_page(before=before, after=bound, limit=wire.page_limit)

    return fetch


def ids(items: list[Any]) -> list[int]:
    return [each["id"] for each in items]


def test_the_first_start_takes_one_page() -> None:
    filled = fill(fetch_from(wire_of(list(range(10)))), None)

    assert (ids(filled.items), filled.is_whole, filled.pages) == ([7, 8, 9], True, 1)


def test_an_empty_history_is_whole() -> None:
    assert fill(fetch_from(wire_of([])), NOW) == ([], True, 1)


@pytest.mark.parametrize("heeds_after", [True, False])
def test_pages_go_on_until_they_overlap(heeds_after: bool) -> None:
    wire = wire_of(list(range(0, 200, 5)))
    filled = fill(fetch_from(wire, heeds_after=heeds_after), NOW + 100 * MINUTE)

    wanted = [
        n for n, at in enumerate(range(0, 200, 5)) if at * MINUTE >= 100 * MINUTE - OVERLAP_US
    ]
    assert set(wanted) <= set(ids(filled.items))
    assert filled.is_whole
    assert len(wire.pages) <= len(wanted) // 3 + 2


def test_a_history_that_ends_too_early_is_not_whole() -> None:
    wire = wire_of(list(range(0, 100, 20)), kept=2)

    filled = fill(fetch_from(wire), NOW)
    assert not filled.is_whole
    assert ids(filled.items) == [3, 4]


def test_a_history_without_end_stops_after_so_many_pages() -> None:
    def endless(before: str | None, after: int | None) -> Page:
        return Page([item(1, 60 * MINUTE)], "more")

    filled = fill(endless, NOW, max_pages=7)
    assert (filled.pages, filled.is_whole, len(filled.items)) == (7, False, 7)


def test_a_page_that_fails_fills_nothing() -> None:
    wire = wire_of(list(range(50)))
    wire.on_page = lambda: setattr(wire, "away", 1)

    with pytest.raises(ProviderDown):
        fill(fetch_from(wire), NOW)


def test_items_without_a_time_stay_beside_their_neighbours() -> None:
    items = [item(3, 3 * SECOND), {"id": "broken"}, item(2, 2 * SECOND), item(1, SECOND)]

    assert ids(oldest_first(items)) == [1, 2, "broken", 3]


@given(
    st.lists(st.integers(0, 300), max_size=40),
    st.integers(0, 300),
    st.integers(1, 9),
    st.booleans(),
)
def test_everything_since_the_last_stored_update_is_there_once(
    minutes: list[int], until: int, page_limit: int, heeds_after: bool
) -> None:
    wire = wire_of(minutes, page_limit=page_limit)
    filled = fill(fetch_from(wire, heeds_after=heeds_after), NOW + until * MINUTE)

    found = ids(filled.items)
    assert len(found) == len(set(found))
    assert {n for n, at in enumerate(minutes) if at >= until} <= set(found)
    times = [minutes[each] for each in found]
    assert times == sorted(times)
    assert filled.is_whole
