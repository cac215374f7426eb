"""After a restart a stamper knows what it knew before, quiet contracts included."""

import pytest

from flow.storage.db import connect
from flow.storage.streams import streams_of
from flow.storage.warmup import newest_equity_quotes, newest_option_quotes
from ingest.feeds import FeedItem
from tests.support.database import empty_database
from tests.support.feeds import ListFeed
from tests.support.market import (
    CALL,
    OTHER_CALL,
    PUT,
    SECOND,
    TS,
    drain,
    equity_quote,
    equity_trade,
    ingest_cut,
    option_log,
    option_quote,
    option_trade,
    owning,
    prints_of,
    rows,
)

pytestmark = pytest.mark.usefixtures("log_db")

MINUTE = 60 * SECOND


def warmed(kind: str) -> list[tuple[int, int]]:
    """Return (seq, seconds after TS) of what a restart reads back."""
    with connect("default", "warm") as conn:
        (stream,) = streams_of(conn, run=0, kind=kind)  # type: ignore[arg-type]
        read = newest_option_quotes if kind == "option_quote" else newest_equity_quotes
        return [(row[1], (row[2] - TS) // SECOND) for row in read(conn, stream.id)]


@pytest.mark.parametrize(
    ("quotes", "read"),
    [
        ([], []),
        ([(CALL, 0)], [0]),
        ([(CALL, 0), (CALL, 1), (CALL, 5)], [0, 1, 5]),
        ([(CALL, 0), (CALL, 1), (CALL, 60)], [1, 60]),
        ([(CALL, 0), (PUT, 1), (CALL, 600)], [0, 1, 600]),
        ([(CALL, 0), (PUT, 2), (CALL, 901)], [2, 901]),
    ],
)
def test_a_restart_reads_the_last_seconds_and_what_still_stands(
    quotes: list[tuple[str, int]], read: list[int]
) -> None:
    ingest_cut([option_quote(n, at * SECOND, c) for n, (c, at) in enumerate(quotes)])

    assert [seconds for _, seconds in warmed("option_quote")] == read


def test_equities_go_back_far_enough_for_the_five_minute_move() -> None:
    times = [0, 30, 120, 300, 400, 480]  # 120 is as far back as moves look; 30 stands before it
    ingest_cut([equity_quote(n, at * SECOND) for n, at in enumerate(times)])

    assert [seconds for _, seconds in warmed("equity_quote")] == [30, 120, 300, 400, 480]


def test_of_one_instant_the_vendors_order_says_which_quote_stands() -> None:
    quotes = [(0, CALL, 7), (0, CALL, 5), (60, PUT, None)]
    ingest_cut([option_quote(n, at * SECOND, c, order=o) for n, (at, c, o) in enumerate(quotes)])
    first = rows("SELECT min(seq) FROM option_quote WHERE vendor_order = 7")

    assert warmed("option_quote")[0] == (first[0][0], 0)


def test_what_is_read_comes_in_the_order_of_the_log() -> None:
    order = [(PUT, 3), (CALL, 2), (CALL, 300), (OTHER_CALL, 299), (PUT, 301)]
    ingest_cut([option_quote(n, at * SECOND, c) for n, (c, at) in enumerate(order)])

    seqs = [seq for seq, _ in warmed("option_quote")]
    assert seqs == sorted(seqs)
    assert len(seqs) == 5


def stamps() -> list[tuple[object, ...]]:
    return [
        (p.uid, p.bid_micros, p.ask_micros, p.quote_ts, p.quote_silence_us, p.spot_bid_micros,
         p.spot_ts, p.move_60s_bps, p.move_5m_bps, p.flags)
        for p in prints_of(option_log())
    ]  # fmt: skip


QUIET: list[FeedItem] = [
    option_quote(0, 0, PUT, bid_micros=1_000_000, ask_micros=1_200_000),
    equity_quote(0, 1),
    *[equity_quote(n, n * 20 * SECOND, bid_micros=450_000_000 + n * 9_000) for n in range(1, 40)],
    option_quote(1, 14 * MINUTE, CALL),
    equity_quote(90, 14 * MINUTE + 1, ask_micros=450_700_000),
    option_trade(1, 14 * MINUTE + 9, PUT),
    option_trade(2, 14 * MINUTE + 10, CALL),
    equity_trade(1, 14 * MINUTE + 11),
    option_trade(3, 14 * MINUTE + 12, OTHER_CALL),
    option_trade(4, 16 * MINUTE, PUT),
]


@pytest.mark.parametrize("restart_at", [20, 43])
def test_a_restart_changes_no_stamp_not_even_of_a_contract_quiet_for_minutes(
    restart_at: int,
) -> None:
    ingest_cut(QUIET)
    whole = stamps()
    equities = rows("SELECT bid_micros, ask_micros, quote_ts FROM equity_print")
    empty_database()
    feed = ListFeed(QUIET, chunk=restart_at)
    with owning(feed) as worker:
        worker.step()
    with owning(feed) as worker:
        drain(feed, worker)

    assert stamps() == whole
    assert rows("SELECT bid_micros, ask_micros, quote_ts FROM equity_print") == equities


def test_a_quote_beyond_fifteen_minutes_stands_for_nobody() -> None:
    ingest_cut(QUIET)

    puts = [p for p in prints_of(option_log()) if p.contract == PUT]
    assert [p.bid_micros for p in puts] == [1_000_000, None]
