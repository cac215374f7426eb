"""Pages of derived rows over a table in memory: every row once, whatever the ties and the limit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.api.cursors import encode_cursor
from flow.api.places import NEWEST, Place, read_place
from flow.domain.units import from_datetime, to_datetime
from signals.api.derived import FIRST_UID, LAST_UID, DerivedView, Reader, edge_of, read_rows
from signals.api.views import AlertsView
from signals.storage.reads import DerivedPosition

FORWARD = Place(True, 0, 0, 0, True)
BACKWARD = Place(False, 10**9, 0, 0, True)


class Row(NamedTuple):
    """What paging looks at."""

    ts: datetime
    seq: int
    uid: UUID
    stream: int = 1

    @property
    def position(self) -> DerivedPosition:
        return DerivedPosition(from_datetime(self.ts), self.uid)


def row(ts: int, seq: int, uid: int) -> Row:
    return Row(to_datetime(ts), seq, UUID(int=uid))


def reader_of(table: list[Row]) -> Reader:
    """Return the reader that storage is: strict, ordered by (ts, uid), limited."""

    def read(edge: dict[str, DerivedPosition | None], limit: int) -> list[Any]:
        before, after = edge.get("before"), edge.get("after")
        found = sorted(table, key=lambda each: each.position, reverse=after is None)
        if before is not None:
            found = [each for each in found if each.position < before]
        if after is not None:
            found = [each for each in found if each.position > after]
        return found[:limit]

    return read


def by_cursor(page: list[Any], place: Place) -> Place:
    """Return the place after a page as the cursor of its answer says it."""
    text = AlertsView()._cursor(page, place, "f")
    return read_place({"cursor": text}, family="alert", filters="f", seq_type=str)


def by_pair(page: list[Any], place: Place) -> Place:
    """Return the place after a page as a client says it that remembers (ts, seq) only."""
    return Place(place.ascending, from_datetime(page[-1].ts), page[-1].seq, 0, True)


def walk(
    table: list[Row], start: Place, limit: int, onward: Callable[[list[Any], Place], Place]
) -> list[Row]:
    """Return all rows in the order of the pages."""
    seen: list[Row] = []
    place = start
    for _ in range(len(table) + 2):
        page, has_more = read_rows(reader_of(table), place, limit)
        seen += page
        if not page:
            assert not has_more
            return seen
        place = onward(page, place)
    raise AssertionError("the walk does not end")


# Few instants, so that ties are the rule; a uid and a (ts, seq) belong to one row each.
TABLES = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 30), st.integers(1, 2**128 - 2)),
    max_size=14,
    unique_by=(lambda each: each[2], lambda each: each[:2]),
).map(lambda rows: [row(*each) for each in rows])
LIMITS = st.integers(1, 5)


@given(table=TABLES, limit=LIMITS)
def test_walk_by_cursor_from_the_newest_gives_every_row_once_in_order(
    table: list[Row], limit: int
) -> None:
    seen = walk(table, NEWEST, limit, by_cursor)

    assert seen == sorted(table, key=lambda each: each.position, reverse=True)


@pytest.mark.parametrize("start", [FORWARD, BACKWARD], ids=["oldest first", "newest first"])
@given(table=TABLES, limit=LIMITS)
def test_walk_by_pair_gives_every_row_once_in_order_of_ts_and_seq(
    start: Place, table: list[Row], limit: int
) -> None:
    seen = walk(table, start, limit, by_pair)

    order = sorted(table, key=lambda each: (each.ts, each.seq), reverse=not start.ascending)
    assert seen == order


@pytest.mark.parametrize("start", [FORWARD, BACKWARD], ids=["oldest first", "newest first"])
@given(table=TABLES, limit=LIMITS)
def test_walk_that_starts_by_pair_and_goes_on_by_cursor_gives_every_row_once(
    start: Place, table: list[Row], limit: int
) -> None:
    seen = walk(table, start, limit, by_cursor)

    assert len(seen) == len(table)
    assert set(seen) == set(table)


@given(table=TABLES, limit=LIMITS)
def test_more_is_promised_exactly_where_more_follows(table: list[Row], limit: int) -> None:
    page, has_more = read_rows(reader_of(table), NEWEST, limit)

    assert len(page) == min(limit, len(table))
    assert has_more == (len(page) < len(table))


@given(table=TABLES, limit=LIMITS)
def test_page_by_pair_never_ends_inside_an_instant(table: list[Row], limit: int) -> None:
    page, has_more = read_rows(reader_of(table), FORWARD, limit)

    if page:
        assert not [each for each in table if each.ts == page[-1].ts and each not in page]
    assert has_more == (len(page) < len(table))
    assert len(page) >= min(limit, len(table))


@pytest.mark.parametrize(
    ("start", "seqs", "has_more"),
    [
        (Place(True, 2, 0, 0, True), [3, 5, 9], True),
        (Place(True, 2, 3, 0, True), [5, 9], True),
        (Place(True, 2, 9, 0, True), [4], False),
        (Place(True, 3, 4, 0, True), [], False),
        (Place(False, 3, 4, 0, True), [9, 5, 3], True),
        (Place(False, 2, 9, 0, True), [5, 3], True),
        (Place(False, 2, 3, 0, True), [8], False),
        (Place(False, 1, 8, 0, True), [], False),
    ],
)
def test_pair_leaves_out_its_own_row_and_all_beyond_it(
    start: Place, seqs: list[int], has_more: bool
) -> None:
    # Inside the instant 2 the order of uids is another than that of seqs.
    table = [row(1, 8, 50), row(2, 9, 10), row(2, 3, 30), row(2, 5, 20), row(3, 4, 40)]

    page, more = read_rows(reader_of(table), start, 2)

    assert ([each.seq for each in page], more) == (seqs, has_more)


@pytest.mark.parametrize(
    ("place", "edge"),
    [
        (NEWEST, {"before": None, "after": None}),
        (Place(False, 5, "0" * 31 + "7"), {"before": DerivedPosition(5, UUID(int=7))}),
        (Place(True, 5, "0" * 31 + "7"), {"after": DerivedPosition(5, UUID(int=7))}),
    ],
)
def test_edge_of_a_cursor(place: Place, edge: dict[str, DerivedPosition | None]) -> None:
    assert edge_of(place) == edge


@pytest.mark.parametrize(
    ("place", "uid"),
    [(NEWEST, UUID(int=7)), (FORWARD, LAST_UID), (BACKWARD, FIRST_UID)],
)
def test_page_end_by_pair_lies_beyond_its_whole_instant(place: Place, uid: UUID) -> None:
    assert AlertsView().page_end([row(5, 6, 7)], place) == (5, uid.hex, 1)


@pytest.mark.parametrize(
    ("values", "applied"),
    [
        ({}, {}),
        ({"underlying_id": ("B",), "underlying_ids": ("A", "B")}, {"underlying_id": ["A", "B"]}),
        ({"severity": ("high",), "direction": ("mixed", "neutral")},
         {"severity": ["high"], "direction": ["mixed", "neutral"]}),
        ({"min_notional": 0}, {"min_notional": "0"}),
        ({"limit": 3, "cursor": "x", "run": "old"}, {}),
    ],
)  # fmt: skip
def test_applied_filters_are_what_narrows_the_page(
    values: dict[str, Any], applied: dict[str, Any]
) -> None:
    assert DerivedView().applied(values) == applied


def test_cursor_of_alerts_is_no_cursor_of_packets() -> None:
    text = AlertsView()._cursor([row(1, 2, 3)], NEWEST, "f")

    assert encode_cursor(("alert", "<", 1, f"{3:032x}", 1, "f")) == text  # type: ignore[arg-type]
