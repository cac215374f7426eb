"""Where a page starts, and pages of pairs that never end among equal pairs."""

from typing import Any

import pytest

from flow.api.cursors import Cursor, encode_cursor
from flow.api.errors import ApiError
from flow.api.places import (
    MAX_TWINS,
    NEWEST,
    Place,
    edge_of,
    read_page,
    read_place,
    whole_ties,
)


def place(**values: Any) -> Any:
    return read_place(values, family="packet", filters="f")


def test_read_place_of_nothing_is_the_newest() -> None:
    assert place() == NEWEST
    assert NEWEST.direction == "<"


@pytest.mark.parametrize(("side", "ascending"), [("before", False), ("after", True)])
def test_read_place_of_a_pair_goes_its_way(side: str, ascending: bool) -> None:
    found = place(**{f"{side}_ts": 5, f"{side}_seq": 7})

    assert (found.ascending, found.ts, found.seq, found.is_pair) == (ascending, 5, 7, True)


def test_read_place_of_a_cursor_keeps_its_direction() -> None:
    text = encode_cursor(Cursor("packet", ">", 5, "0" * 32, 2, "f"))

    found = place(cursor=text)

    assert (found.ascending, found.seq, found.stream, found.is_pair) == (True, "0" * 32, 2, False)


@pytest.mark.parametrize("given", ["before_ts", "before_seq", "after_ts", "after_seq"])
def test_read_place_of_half_a_pair_names_the_missing_half(given: str) -> None:
    with pytest.raises(ApiError) as refused:
        place(**{given: 1})

    missing = given.replace("_ts", "_x").replace("_seq", "_ts").replace("_x", "_seq")
    assert refused.value.fields[0].name == missing


def test_read_place_of_two_places_is_a_contradiction() -> None:
    with pytest.raises(ApiError, match="before_ts, after_ts contradict each other"):
        place(before_ts=1, before_seq=1, after_ts=1, after_seq=1)


@pytest.mark.parametrize(
    ("rows", "limit", "count"),
    [([], 3, 0), ([1, 2], 3, 2), ([1, 2, 3, 4], 3, 3), ([1, 2, 2, 2, 3], 2, 4), ([2, 2], 1, 2)],
)
def test_whole_ties_extends_a_page_to_the_end_of_equal_rows(
    rows: list[int], limit: int, count: int
) -> None:
    assert whole_ties(rows, limit, lambda row: row) == count


@pytest.mark.parametrize(
    ("start", "edge"),
    [
        (NEWEST, {}),
        (Place(True, 5, "0" * 32), {}),  # a derived row's place has no seq
        (Place(True, 5, 7, 2), {"after": (5, 7, 2)}),
        (Place(False, 5, 7, 2), {"before": (5, 7, 2)}),
        (Place(True, 5, 7, is_pair=True), {"after": (5, 7, 2**31 - 1)}),
        (Place(False, 5, 7, is_pair=True), {"before": (5, 7, -1)}),
    ],
)
def test_edge_of_a_pair_stands_beyond_every_stream(
    start: Place, edge: dict[str, tuple[int, int, int]]
) -> None:
    assert edge_of(start, lambda ts, seq, stream: (ts, seq, stream)) == edge


@pytest.mark.parametrize(("is_pair", "taken"), [(False, 2), (True, 4)])
def test_read_page_takes_whole_ties_only_after_a_pair(is_pair: bool, taken: int) -> None:
    rows = [(1, 1, 1), (2, 1, 1), (2, 1, 2), (2, 1, 3), (3, 1, 1)]
    asked: list[int] = []

    def read(count: int) -> list[tuple[int, int, int]]:
        asked.append(count)
        return rows[:count]

    found = read_page(read, Place(True, 0, 0, is_pair=is_pair), 2, lambda row: row)

    assert found == (rows[:taken], True)
    assert asked == [3 + MAX_TWINS if is_pair else 3]
