"""Keyset pages: walking them gives every row once, whatever the page size and the ties."""

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.domain.events import OptionPrint, OptionQuote
from flow.domain.ids import content_uid
from flow.domain.units import to_datetime
from flow.storage.pages import (
    Position,
    PrintFilter,
    PrintRow,
    print_page,
    prints_by_seq,
    quotes_by_seq,
    stream_ids,
)
from ingest.feeds import FeedItem
from signals.storage.reads import DerivedFilter, alert_page, find_packet, packet_page
from tests.support.feeds import ListFeed
from tests.support.workers import derive_all, ingest_all, ingest_worker, seed_items

pytestmark = pytest.mark.usefixtures("log_db")

TS = 1_700_060_000_000_000
CALL, PUT = "SPY-2023-12-15-450-C", "QQQ-2023-12-15-380-P"


def trade(source: str, n: int, ts: int, contract: str = CALL, size: int = 1) -> OptionPrint:
    return OptionPrint(ts, content_uid(source, n), contract, 1_000_000, size)


def fill(source: str, items: list[FeedItem]) -> None:
    feed = ListFeed(items, source=source)
    with ingest_worker(feed) as worker:
        while not feed.finished:
            worker.step()


@pytest.fixture
def two_streams(log_db: None) -> int:
    """Two sources with prints at equal times; returns how many prints there are."""
    fill("one", [trade("one", n, TS + n // 5) for n in range(40)])
    fill("two", [trade("two", n, TS + n // 4) for n in range(30)])
    return 70


def walk(size: int, *, ascending: bool) -> list[Position]:
    found: list[Position] = []
    edge = Position(0, 0, 0) if ascending else None
    while True:
        page = (
            print_page("default", 0, limit=size, after=edge)
            if ascending
            else print_page("default", 0, limit=size, before=edge)
        )
        if not page:
            return found
        found += [row.position for row in page]
        edge = page[-1].position


@pytest.mark.parametrize("size", [1, 3, 7, 200])
@pytest.mark.parametrize("ascending", [False, True])
def test_pages_of_any_size_give_every_print_once_in_order(
    two_streams: int, size: int, ascending: bool
) -> None:
    found = walk(size, ascending=ascending)

    assert len(found) == len(set(found)) == two_streams
    assert found == sorted(found, reverse=not ascending)


def test_prints_that_arrive_while_walking_do_not_disturb_the_walk(two_streams: int) -> None:
    first = print_page("default", 0, limit=20)
    fill("one", [trade("new", n, TS + 1_000) for n in range(10)])
    rest = print_page("default", 0, limit=200, before=first[-1].position)

    assert len(first) + len(rest) == two_streams
    assert not {row.position for row in first} & {row.position for row in rest}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(limit=st.integers(1, 80), cut=st.integers(0, 69))
def test_before_and_after_a_row_are_its_complement(two_streams: int, limit: int, cut: int) -> None:
    everything = print_page("default", 0, limit=200)
    edge = everything[cut].position

    older = print_page("default", 0, limit=limit, before=edge)
    newer = print_page("default", 0, limit=limit, after=edge)
    assert older == everything[cut + 1 :][:limit]
    assert newer == everything[:cut][::-1][:limit]


def test_filters_narrow_a_page(log_db: None) -> None:
    ingest_all(
        [
            OptionQuote(TS, content_uid("q"), CALL, 900_000, 1_000_000, 5, 5),
            trade("a", 1, TS + 1, CALL, size=400),
            trade("a", 2, TS + 2, PUT, size=900),
        ]
    )

    def contracts(chosen: PrintFilter) -> list[str]:
        return [row.contract for row in print_page("default", 0, limit=10, chosen=chosen)]

    assert contracts(PrintFilter()) == [PUT, CALL]
    assert contracts(PrintFilter(underlyings=("SPY",))) == [CALL]
    assert contracts(PrintFilter(contract=PUT)) == [PUT]
    assert contracts(PrintFilter(rights=("P",))) == [PUT]
    assert contracts(PrintFilter(min_premium_micros=80_000 * 10**6)) == [PUT]
    assert contracts(PrintFilter(underlyings=("NONE",))) == []


def test_members_and_their_quotes_are_found_by_position(log_db: None) -> None:
    ingest_all(
        [
            OptionQuote(TS, content_uid("q"), CALL, 900_000, 1_000_000, 5, 5),
            trade("a", 1, TS + 1),
            trade("a", 2, TS + 2),
        ]
    )
    (stream,) = stream_ids("default", 0, "option_print")
    (quotes,) = stream_ids("default", 0, "option_quote")
    seqs = [row.seq for row in print_page("default", 0, limit=10)]

    members = prints_by_seq("default", stream, seqs, to_datetime(TS), to_datetime(TS + 9))
    assert [row.seq for row in members] == sorted(seqs)
    wanted = [(row.quote_ts, row.quote_seq) for row in members if row.quote_ts and row.quote_seq]
    found = quotes_by_seq("default", quotes, wanted)
    assert {row.bid_micros for row in found.values()} == {900_000}
    assert quotes_by_seq("default", quotes, []) == {}


def test_derived_pages_walk_without_skipping(log_db: None) -> None:
    ingest_all(seed_items(3_000))
    derive_all()
    whole = packet_page("default", 0, limit=10_000)
    walked, edge = [], None
    while page := packet_page("default", 0, limit=37, before=edge):
        walked += page
        edge = page[-1].position

    assert walked == whole
    assert len(whole) > 100
    assert find_packet("default", 0, whole[0].uid, whole[0].ts) == whole[0]
    oldest_first = packet_page("default", 0, limit=5, after=whole[-1].position)
    assert oldest_first == whole[-2:-7:-1]
    assert all(
        row.underlying == "SPY"
        for row in packet_page("default", 0, limit=50, chosen=DerivedFilter(underlyings=("SPY",)))
    )
    assert all(
        row.severity == "high"
        for row in alert_page("default", 0, limit=50, chosen=DerivedFilter(severities=("high",)))
    )


def test_a_page_costs_one_statement_a_stream_and_never_counts(two_streams: int) -> None:
    statements: list[str] = []

    def note(execute: object, sql: str, *rest: object) -> object:
        statements.append(sql)
        return execute(sql, *rest)  # type: ignore[operator]

    with connections["default"].execute_wrapper(note):
        rows: list[PrintRow] = print_page("default", 0, limit=5)

    assert len(rows) == 5
    assert len(statements) == 3
    assert all("LIMIT" in sql for sql in statements[1:])
    assert not any("count(" in sql.lower() or "offset" in sql.lower() for sql in statements)
