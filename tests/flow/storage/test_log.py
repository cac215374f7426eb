"""What the log promises: all or nothing, no holes, resends absorbed, real duplicates kept."""

from typing import Any

import msgspec
import pytest
from django.db import connections

from flow.domain.events import Control, Malformed, OptionPrint, OptionQuote, StampedPrint
from flow.domain.ids import content_uid
from flow.malformed import FeedStopped
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.leases import LeaseLost
from flow.storage.streams import streams_of
from flow.storage.tail import LogCorrupt, read_entries, read_manifest
from ingest.feeds import FeedItem
from ingest.synthetic_feed import SyntheticFeed
from tests.support.feeds import ListFeed
from tests.support.workers import ingest_all, ingest_worker, make_run, seed_items

pytestmark = pytest.mark.usefixtures("log_db")

TS = 1_700_060_000_000_000
CONTRACT = "SPY-2023-12-15-450-C"


def quote(n: int, *, bid: int = 1_000_000, ask: int = 1_100_000) -> OptionQuote:
    return OptionQuote(TS + n, content_uid("q", n), CONTRACT, bid, ask, 10, 10)


def trade(
    n: int, *, price: int = 1_100_000, size: int = 5, uid: bytes | None = None
) -> OptionPrint:
    return OptionPrint(TS + n, uid or content_uid("p", n), CONTRACT, price, size)


def count(table: str, alias: str = "default") -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        row = cursor.fetchone()
    return int(row[0])


def option_entries() -> list[Any]:
    with connect("default", "test") as conn:
        (stream,) = streams_of(conn, run=0, kind="option_print")
        infos = read_manifest(conn, stream.id, after=0, limit=10_000)
        return read_entries(conn, infos, "option_print", Instruments(conn))


def test_every_event_comes_back_from_the_log_as_it_was_stamped() -> None:
    ingest_all([quote(0), trade(10), trade(20, price=1_000_000)])

    prints = [entry for entry in option_entries() if isinstance(entry, StampedPrint)]
    assert [(p.ts, p.price_micros, p.size, p.contract) for p in prints] == [
        (TS + 10, 1_100_000, 5, CONTRACT),
        (TS + 20, 1_000_000, 5, CONTRACT),
    ]
    assert {(p.bid_micros, p.ask_micros, p.quote_ts) for p in prints} == {
        (1_000_000, 1_100_000, TS)
    }
    assert prints[0].premium_micros == 1_100_000 * 5 * 100


def test_positions_of_a_stream_have_no_holes() -> None:
    ingest_all([trade(n) for n in range(95)], chunk=10)

    assert [entry.seq for entry in option_entries()] == list(range(1, len(option_entries()) + 1))


def test_the_first_entry_of_a_print_stream_names_the_thresholds_in_force() -> None:
    ingest_all([trade(1)])

    first = option_entries()[0]
    assert isinstance(first, Control)
    assert first.kind == "tuning"
    assert set(first.payload) == {"revision", "digest", "values"}


def test_a_finished_feed_ends_with_clock_and_close() -> None:
    ingest_all([trade(1), trade(9)])

    last = option_entries()[-2:]
    assert [(entry.kind, entry.ts) for entry in last if isinstance(entry, Control)] == [
        ("clock", TS + 9),
        ("session_close", TS + 9),
    ]


def test_a_resend_is_absorbed_inside_and_across_workers() -> None:
    items: list[FeedItem] = [quote(0), *[trade(n) for n in range(50)]]
    ingest_all([*items, *items[10:20]])
    ingest_all([*items, trade(99)], resumes=False)

    assert count("option_print") == 51
    assert count("option_quote") == 1


def test_equal_prints_with_their_own_identity_both_stay() -> None:
    twins = [trade(1, uid=content_uid("twin", k)) for k in range(2)]
    ingest_all(twins)

    assert count("option_print") == 2


def test_equal_identity_with_another_content_goes_to_quarantine() -> None:
    uid = content_uid("same")
    ingest_all([trade(1, size=5, uid=uid), trade(1, size=6, uid=uid)])

    assert count("option_print") == 1
    assert count("quarantine") == 1


def test_received_equals_stored_and_duplicates_and_quarantined() -> None:
    bad = Malformed("bad_price", "price is x; expected a number", b"{x}", "line 3")
    ingest_all([quote(0), trade(1), trade(1), bad, trade(2)])

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT received, stored, duplicates, quarantined, state FROM feed_cursor")
        assert cursor.fetchone() == (5, 3, 1, 1, "finished")


def test_a_print_behind_the_clock_is_stored_and_marked_late() -> None:
    ingest_all([trade(5_000_000), trade(6_000_000), trade(10)], chunk=2)

    late = [e for e in option_entries() if isinstance(e, StampedPrint) and e.flags & 1]
    assert [entry.ts for entry in late] == [TS + 10]


def test_a_print_from_the_future_goes_to_quarantine_on_a_live_feed() -> None:
    feed = ListFeed([msgspec.structs.replace(trade(1), ts=2_000_000_000_000_000)])
    with ingest_worker(feed, clock_rule="wall") as worker:
        worker.step()

    assert count("option_print") == 0
    assert count("quarantine") == 1


def test_too_much_broken_input_stops_the_feed_and_keeps_what_came_before() -> None:
    bad = [
        Malformed("bad_row", "row is x; expected y", b"x%d" % n, f"line {n}") for n in range(100)
    ]
    feed = ListFeed([trade(1), trade(2), *bad, trade(3)])
    with ingest_worker(feed) as worker, pytest.raises(FeedStopped, match="100 broken records in"):
        worker.step()

    assert count("option_print") == 2
    assert count("quarantine") == 100
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT state, cursor FROM feed_cursor")
        assert cursor.fetchone() == ("stopped", "{}")


def test_a_worker_that_was_overtaken_writes_nothing() -> None:
    feed = ListFeed([trade(n) for n in range(20)], chunk=10)
    with ingest_worker(feed) as worker:
        worker.step()
        with connect("default", "test") as conn:
            conn.execute("UPDATE lease SET epoch = epoch + 1")
        with pytest.raises(LeaseLost):
            worker.step()

    assert count("option_print") == 10


def test_live_and_imports_never_meet_in_one_schema() -> None:
    run = make_run()
    ingest_all([trade(1)], run=run.id)

    assert count("option_print", "default") == 0
    assert count("option_print", "runs") == 1


def test_a_changed_row_is_noticed_by_its_reader() -> None:
    ingest_all([trade(1), trade(2)])
    with connect("default", "test") as conn:
        conn.execute("DELETE FROM option_print WHERE seq = 3")

    with pytest.raises(LogCorrupt, match="committed, or their CRC differs"):
        option_entries()


def test_a_missing_batch_is_noticed_by_its_reader() -> None:
    ingest_all([trade(n) for n in range(30)], chunk=10)
    with connect("default", "test") as conn:
        conn.execute("DELETE FROM batch WHERE batch_no = 2")

    with pytest.raises(LogCorrupt, match="batch 2 is missing"):
        option_entries()


def test_stamps_do_not_depend_on_where_a_worker_was_restarted() -> None:
    items = seed_items(2_000)
    ingest_all(items)
    whole = [_stamp(e) for e in option_entries() if isinstance(e, StampedPrint)]

    from tests.support.database import empty_database

    empty_database()
    feed = ListFeed(items, chunk=170)
    for _ in range(12):
        with ingest_worker(feed) as worker:
            worker.step()
    parts = [_stamp(e) for e in option_entries() if isinstance(e, StampedPrint)]

    assert parts == whole


def _stamp(p: StampedPrint) -> tuple[object, ...]:
    return (
        p.uid, p.bid_micros, p.ask_micros, p.bid_size, p.ask_size, p.quote_ts, p.quote_silence_us,
        p.quote_mode, p.session, p.session_date, p.dte, p.premium_micros,
    )  # fmt: skip


def test_the_synthetic_feed_runs_through_the_same_worker() -> None:
    feed = SyntheticFeed(3, None, TS, limit=500)
    with ingest_worker(feed) as worker:
        while not feed.finished:
            worker.step()

    total = sum(
        count(table) for table in ("option_print", "option_quote", "equity_print", "equity_quote")
    )
    assert total == 500
