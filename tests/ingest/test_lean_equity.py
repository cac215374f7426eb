from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import EquityPrint, EquityQuote, Malformed
from flow.domain.units import from_datetime, to_datetime
from ingest.feeds import FeedItem
from ingest.lean_equity import (
    BAR_FLAGS,
    read_quote_bars,
    read_quote_ticks,
    read_trade_bars,
    read_trade_ticks,
)

Reader = Callable[[Iterator[bytes], str, str, str], Iterator[FeedItem]]


def read(reader: Reader, *lines: bytes) -> list[FeedItem]:
    return list(reader(iter(lines), "AIG", "20131007", "z:c"))


def reasons(items: list[FeedItem]) -> list[str | None]:
    return [item.reason if isinstance(item, Malformed) else None for item in items]


def test_trade_tick_golden() -> None:
    # the first row of the real file: 04:00:00.688 New York, 49.18, 300 @ Arca, extended hours
    (event,) = read(read_trade_ticks, b"14400688,491800,300,P,2000,0")
    assert isinstance(event, EquityPrint)
    assert to_datetime(event.ts).isoformat() == "2013-10-07T08:00:00.688000+00:00"
    assert (event.symbol, event.price_micros, event.size_micros) == ("AIG", 49_180_000, 300_000_000)
    assert (event.venue, event.off_exchange, event.conditions) == (109, False, (1013,))
    assert (event.flags, event.order, event.exec_ts) == (0, None, None)


def test_trade_reported_to_finra_is_off_exchange() -> None:
    (event,) = read(read_trade_ticks, b"34200000,491800,300,D,1,0")
    assert isinstance(event, EquityPrint)
    assert (event.venue, event.off_exchange) == (150, True)


@pytest.mark.parametrize("letter", [b"", b"@", b"F"])
def test_trade_without_known_venue(letter: bytes) -> None:
    (event,) = read(read_trade_ticks, b"34200000,491800,300,%s,1,0" % letter)
    if letter == b"@":
        assert reasons([event]) == ["bad_venue"]
    else:
        assert isinstance(event, EquityPrint)
        assert (event.venue, event.off_exchange) == (0, None)


def test_trades_equal_in_every_cell_are_two() -> None:
    first, second = read(read_trade_ticks, *[b"34200000,491800,300,D,1,0"] * 2)
    assert isinstance(first, EquityPrint)
    assert isinstance(second, EquityPrint)
    assert first.uid != second.uid
    assert first.ts == second.ts


def test_mended_file_has_the_uids_of_the_broken_one() -> None:
    rows = [b"%d,491800,300,D,1,0" % ms for ms in (1, 1, 2, 3, 3)]
    broken = [*rows[:2], b"garbage", *rows[3:]]
    whole = {e.uid for e in read(read_trade_ticks, *rows) if isinstance(e, EquityPrint)}
    partial = {e.uid for e in read(read_trade_ticks, *broken) if isinstance(e, EquityPrint)}
    assert len(whole) == 5
    assert partial < whole
    assert len(partial) == 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"34200000,0,300,D,1,0", "bad_price"),
        (b"34200000,491800,0,D,1,0", "bad_size"),
        (b"34200000,491800,300,D,zz,0", "bad_condition"),
        (b"34200000,491800,300,D,1,7", "bad_fields"),
        (b"34200000,491800,300,D,1", "bad_fields"),
    ],
)
def test_broken_trades(line: bytes, reason: str) -> None:
    assert reasons(read(read_trade_ticks, line)) == [reason]


def test_zero_price_says_so() -> None:
    (bad,) = read(read_trade_ticks, b"34200000,0,300,D,1,0")
    assert isinstance(bad, Malformed)
    assert (bad.detail, bad.where) == ("price is '0'; expected more than 0", "z:c:1")


def sides(items: list[FeedItem]) -> list[tuple[int | None, ...]]:
    quotes = [item for item in items if isinstance(item, EquityQuote)]
    return [(q.bid_micros, q.bid_size, q.ask_micros, q.ask_size) for q in quotes]


def test_nbbo_is_the_last_bid_row_and_the_last_ask_row_whatever_the_exchange() -> None:
    items = read(
        read_quote_ticks,
        b"14400152,0,0,494100,300,Q,1,0",  # only an ask is known
        b"14400547,491800,300,0,0,P,1,0",
        b"14400547,0,0,492000,3000,P,1,0",  # another exchange's ask takes its place
        b"14400687,481800,100,0,0,P,1,0",
        b"14400688,0,0,0,0,P,1,0",  # carries nothing: the NBBO stands
    )
    assert sides(items) == [
        (None, None, 49_410_000, 300),
        (49_180_000, 300, 49_410_000, 300),
        (49_180_000, 300, 49_200_000, 3_000),
        (48_180_000, 100, 49_200_000, 3_000),
        (48_180_000, 100, 49_200_000, 3_000),
    ]


def test_row_with_both_sides_and_side_without_size() -> None:
    items = read(read_quote_ticks, b"1,100,1,200,2,N,1,0", b"2,150,0,190,3,N,1,0")
    assert sides(items) == [(10_000, 1, 20_000, 2), (10_000, 1, 19_000, 3)]


def test_broken_quote_row_leaves_the_standing_sides_alone() -> None:
    items = read(
        read_quote_ticks,
        b"1,100,1,200,2,N,1,0",
        b"2,999,1,0,0,N,1,0,extra",
        b"90,888,1,0,0,N,1,0",
        b"3,0,0,210,1,N,1,0",
    )
    assert reasons(items) == [None, "bad_fields", "out_of_order", None]
    assert sides(items) == [(10_000, 1, 20_000, 2), (10_000, 1, 21_000, 1)]


def test_quote_uid_is_of_the_row_not_of_what_stood_before() -> None:
    alone = read(read_quote_ticks, b"5,0,0,200,2,N,1,0")
    after = read(read_quote_ticks, b"4,100,1,0,0,N,1,0", b"5,0,0,200,2,N,1,0")
    assert isinstance(alone[0], EquityQuote)
    assert isinstance(after[1], EquityQuote)
    assert alone[0].uid == after[1].uid
    assert alone[0] != after[1]


def test_minute_trade_bar_is_one_print_at_its_end() -> None:
    (event,) = read(read_trade_bars, b"34200000,706600,707100,705100,705600,25774")
    assert isinstance(event, EquityPrint)
    assert to_datetime(event.ts).isoformat() == "2013-10-07T13:31:00+00:00"
    assert (event.price_micros, event.size_micros) == (70_560_000, 25_774_000_000)
    assert (event.flags, event.order, event.venue, event.off_exchange) == (BAR_FLAGS, 2, 0, None)


def test_minute_quote_bar_is_its_closing_quote_and_comes_before_the_print() -> None:
    line = b"34200000,580000,580000,580000,580000,200,1000000,1000000,707900,707900,100"
    (event,) = read(read_quote_bars, line)
    assert isinstance(event, EquityQuote)
    assert (event.bid_micros, event.ask_micros) == (58_000_000, 70_790_000)
    assert (event.bid_size, event.ask_size, event.order) == (200, 100, 1)
    assert event.ts == from_datetime(to_datetime(event.ts))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"34200000,10,20,5,21,3", "bad_bar"),
        (b"34200000,10,20,5,4,3", "bad_bar"),
        (b"34200000,0,0,0,0,3", "bad_price"),
        (b"34200000,10,20,5,10,0", "bad_size"),
        (b"34200000,9999999999,9999999999,1,9999999999,999999999", "bad_size"),
        (b"34200000,10,20,5,10,-1", "bad_size"),
    ],
)
def test_broken_bars(line: bytes, reason: str) -> None:
    assert reasons(read(read_trade_bars, line)) == [reason]


digits = st.integers(0, 10**6).map(lambda n: b"%d" % n)


@given(st.lists(st.tuples(st.integers(0, 99), digits, digits, digits, digits)))
def test_quote_rows_are_one_event_each_and_sides_only_appear(
    rows: list[tuple[int, bytes, bytes, bytes, bytes]],
) -> None:
    lines = [b"%d,%s,N,1,0" % (row[0], b",".join(row[1:])) for row in sorted(rows)]
    items = read(read_quote_ticks, *lines)
    assert len(items) == len(lines)
    known = [(q[0] is not None, q[2] is not None) for q in sides(items)]
    assert known == sorted(known, key=sum)
    assert len({item.uid for item in items if isinstance(item, EquityQuote)}) == len(lines)


@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b""))))
@pytest.mark.parametrize(
    "reader", [read_trade_ticks, read_quote_ticks, read_trade_bars, read_quote_bars]
)
def test_any_bytes_give_events_or_malformed(reader: Reader, lines: list[bytes]) -> None:
    items = read(reader, *lines)
    assert len(items) == sum(1 for line in lines if line)
