from collections.abc import Iterable
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import EquityQuote, Malformed, Rank
from ingest.feeds import FeedItem
from ingest.merge import merge


def quote(ts: int, name: str = "A") -> EquityQuote:
    return EquityQuote(ts, b"", name, None, None, None, None)


def bad(text: str) -> Malformed:
    return Malformed("bad", text, b"")


def times(items: Iterable[FeedItem]) -> list[object]:
    return [
        item.detail if isinstance(item, Malformed) else (item.ts, getattr(item, "symbol", ""))
        for item in items
    ]


def test_no_streams_give_nothing() -> None:
    assert list(merge([])) == []


def test_empty_streams_give_nothing() -> None:
    assert list(merge([(Rank.NEWS, "a", iter(()))])) == []


def test_equal_times_follow_rank_then_name() -> None:
    streams = [
        (Rank.OPTION_PRINT, "a", iter([quote(5, "print")])),
        (Rank.EQUITY_QUOTE, "z", iter([quote(5, "quote z")])),
        (Rank.EQUITY_QUOTE, "b", iter([quote(5, "quote b")])),
    ]
    assert times(merge(streams)) == [(5, "quote b"), (5, "quote z"), (5, "print")]


def test_streams_of_equal_name_follow_their_position() -> None:
    streams = [(Rank.NEWS, "a", iter([quote(1, name)])) for name in ("first", "second")]
    assert times(merge(streams)) == [(1, "first"), (1, "second")]


def test_late_row_keeps_its_place_in_its_stream() -> None:
    # a: 100, 99 (late)   b: 99, 100, 101      the late row has the key 100, not 99
    a = (Rank.EQUITY_QUOTE, "a", iter([quote(100, "a"), quote(99, "a")]))
    b = (Rank.EQUITY_QUOTE, "b", iter([quote(99, "b"), quote(100, "b"), quote(101, "b")]))
    assert times(merge([a, b])) == [(99, "b"), (100, "a"), (99, "a"), (100, "b"), (101, "b")]


def test_golden_g4_ties_follow_the_rank_and_a_stream_its_own_order() -> None:
    # Golden G4 with errata 25: inside a stream the order is seq, not the time of ingest.
    streams = [
        (Rank.OPTION_PRINT, "options", iter([quote(100, "O1"), quote(100, "O2")])),  # seq 9, 20
        (Rank.OPTION_QUOTE, "nbbo", iter([quote(100, "N1")])),
        (Rank.EQUITY_QUOTE, "quotes", iter([quote(100, "Q1")])),
        (Rank.EQUITY_PRINT, "equities", iter([quote(99, "E2"), quote(100, "E1")])),  # seq 1, 3
    ]

    merged = [item.symbol for item in merge(streams) if isinstance(item, EquityQuote)]

    assert merged == ["E2", "Q1", "N1", "E1", "O1", "O2"]


def test_malformed_keeps_its_place() -> None:
    first: list[FeedItem] = [quote(1, "a"), bad("after 1"), quote(9, "a")]
    second: list[FeedItem] = [bad("at once"), quote(5, "b")]
    a, b = (Rank.EQUITY_QUOTE, "a", iter(first)), (Rank.EQUITY_QUOTE, "b", iter(second))
    assert times(merge([a, b])) == ["at once", (1, "a"), "after 1", (5, "b"), (9, "a")]


def test_merge_is_lazy() -> None:
    endless = (Rank.EQUITY_QUOTE, "a", (quote(ts) for ts in count()))
    merged = merge([endless])
    assert [next(merged).ts for _ in range(3)] == [0, 1, 2]  # type: ignore[union-attr]


items = st.one_of(st.builds(quote, st.integers(0, 20)), st.builds(bad, st.sampled_from(["x", "y"])))
stream_lists = st.lists(st.tuples(st.sampled_from(Rank), st.sampled_from("abc"), st.lists(items)))


@given(stream_lists)
def test_every_stream_keeps_its_order_and_nothing_is_lost(
    streams: list[tuple[Rank, str, list[FeedItem]]],
) -> None:
    merged = list(merge([(rank, name, iter(rows)) for rank, name, rows in streams]))
    assert len(merged) == sum(len(rows) for _, _, rows in streams)
    for _, _, rows in streams:
        ids = [id(row) for row in rows]
        places = {id(item): place for place, item in enumerate(merged)}
        assert [places[i] for i in ids] == sorted(places[i] for i in ids)


@given(stream_lists)
def test_merge_equals_a_stable_sort_by_running_maximum(
    streams: list[tuple[Rank, str, list[FeedItem]]],
) -> None:
    keyed = []
    for position, (rank, name, rows) in enumerate(streams):
        newest = 0
        for place, row in enumerate(rows):
            newest = max(newest, 0 if isinstance(row, Malformed) else row.ts)
            keyed.append(((newest, rank, name, position, place), row))
    expected = [row for _, row in sorted(keyed, key=lambda pair: pair[0])]
    merged = list(merge([(rank, name, iter(rows)) for rank, name, rows in streams]))
    assert [id(row) for row in merged] == [id(row) for row in expected]
