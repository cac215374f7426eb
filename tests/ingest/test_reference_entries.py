"""Reference data in the print streams: told once a trade date, in time, whatever the batches."""

from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from flow.domain.events import Control, LogEntry
from flow.domain.option_eod import EodRow
from flow.domain.sessions import at_new_york
from flow.models import Quarantine
from flow.reference.actions import import_adjustments
from flow.reference.loads import Report, loading
from flow.reference.option_eod import store_eod
from flow.storage.db import connect
from flow.storage.schemas import alias_of
from flow.storage.streams import streams_of
from flow.storage.tail import read_controls, read_manifest
from ingest.feeds import FeedItem
from tests.support.feeds import ListFeed
from tests.support.market import (
    CALL,
    OTHER_CALL,
    PUT,
    SECOND,
    TS,
    busy_minute,
    controls_of,
    drain,
    equity_trade,
    ingest_cut,
    option_log,
    option_trade,
    owning,
    prints_of,
    rows,
)
from tests.support.reference import import_rows, utc
from tests.support.workers import derive_all, derived_digests, forget_derived, make_run

pytestmark = pytest.mark.usefixtures("log_db")
DAY = 738_839  # 2023-11-15, the trade date of TS
NEXT_DAY = 24 * 3600 * SECOND
EVENT = {
    "symbol": "SPY", "event_ts": "2023-11-20T21:00:00Z", "kind": "other", "id": "fed",
    "announced_ts": "2023-11-15T14:00:00Z",
}  # fmt: skip
LATER = "2026-11-21T12:00"


def know_events(folder: Path, *changes: dict[str, Any]) -> None:
    import_rows(folder / "events.json", [EVENT | change for change in changes or ({},)], now=LATER)


def know_interest(contract: str = CALL, count: int = 40, day: int = DAY - 1) -> None:
    with loading(Report("option_eod", "test"), now_us=TS):
        known = at_new_york(day + 1, time(6, 30))
        row = EodRow(contract=contract, as_of_date=day, known_from=known, open_interest=count)
        store_eod([row], source="test", fetched_us=TS)


def told(kind: str, run: int = 0) -> list[dict[str, Any]]:
    return [entry.payload for entry in controls_of(option_log(run), kind)]


def equity_controls(run: int = 0) -> Sequence[Control]:
    with connect(alias_of(run), "test") as conn:
        (head,) = streams_of(conn, run=run, kind="equity_print")
        infos = read_manifest(conn, head.id, after=0, limit=1_000)
        return read_controls(conn, infos)


def kinds(log: Sequence[LogEntry]) -> list[str]:
    return [entry.kind if isinstance(entry, Control) else "print" for entry in log]


# Once a trade date, behind the first prints and before their clock


def test_a_stream_is_told_at_the_first_print_of_a_trade_date(tmp_path: Path) -> None:
    know_events(tmp_path)
    know_interest()
    ingest_cut([option_trade(n, n * SECOND) for n in range(4)], chunk=2)

    assert kinds(option_log()) == [
        "tuning", "print", "print", "open_interest", "calendar", "clock",
        "print", "print", "clock", "clock", "session_close",
    ]  # fmt: skip
    assert told("open_interest") == [
        {"contract": CALL, "session_date": DAY, "open_interest": 40, "as_of_date": DAY - 1,
         "source": "test"}
    ]  # fmt: skip
    assert [payload["event_id"] for payload in told("calendar")] == ["fed"]


def test_the_next_trade_date_is_told_again(tmp_path: Path) -> None:
    know_events(tmp_path)
    know_interest()
    know_interest(count=50, day=DAY)
    ingest_cut([option_trade(1, 0), option_trade(2, NEXT_DAY)])

    assert [each["open_interest"] for each in told("open_interest")] == [40, 50]
    assert len(told("calendar")) == 2


def test_only_what_prints_is_told_and_only_what_is_known(tmp_path: Path) -> None:
    know_events(tmp_path, {}, {"symbol": "QQQ", "id": "q"}, {"symbol": "IBM", "id": "i"})
    know_interest(PUT)
    ingest_cut([option_trade(1, 0), option_trade(2, 1, OTHER_CALL)])

    assert told("open_interest") == []
    assert [payload["event_id"] for payload in told("calendar")] == ["q", "fed"]


def test_events_of_the_future_the_past_and_replaced_ones_are_left_out(tmp_path: Path) -> None:
    know_events(
        tmp_path,
        {"id": "over", "event_ts": "2023-11-13T21:00:00Z", "announced_ts": "2023-11-01T00:00:00Z"},
        {"id": "tomorrow", "announced_ts": "2023-11-16T05:00:00Z"},
        {"id": "tonight", "announced_ts": "2023-11-16T04:59:59Z"},
        {"id": "moved", "announced_ts": "2023-11-01T00:00:00Z"},
        {"id": "moved", "announced_ts": "2023-11-10T00:00:00Z",
         "event_ts": "2023-11-12T00:00:00Z"},
    )  # fmt: skip
    ingest_cut([option_trade(1, 0)])

    # `moved` lies behind us by now, and whoever heard of the later date has to be told.
    found = [(payload["event_id"], payload["event_ts"] < TS) for payload in told("calendar")]
    assert found == [("moved", True), ("tonight", False)]


def test_index_options_in_the_evening_know_what_still_held_then(tmp_path: Path) -> None:
    """20:30 in the evening belongs to the next trade date; the event moves at 22:00."""
    moves_at = {"event_ts": "2023-11-21T21:00:00Z", "announced_ts": "2023-11-16T03:00:00Z"}
    know_events(tmp_path, {"symbol": "SPX"}, {"symbol": "SPX"} | moves_at)
    evening = at_new_york(DAY, time(20, 30)) - TS
    ingest_cut([option_trade(1, evening, "SPXW-2023-12-15-4500-C")])

    assert [payload["announced_ts"] for payload in told("calendar")] == [
        utc("2023-11-15T14:00"), utc("2023-11-16T03:00"),
    ]  # fmt: skip


def test_equity_prints_are_told_of_events(tmp_path: Path) -> None:
    know_events(tmp_path)
    ingest_cut([equity_trade(1, 0), equity_trade(2, 1)])

    assert [e.payload["event_id"] for e in equity_controls() if e.kind == "calendar"] == ["fed"]


def test_an_unreadable_contract_has_nothing_to_be_told() -> None:
    ingest_cut([option_trade(1, 0, "what is this")])

    assert told("open_interest") == told("calendar") == []
    assert not Quarantine.objects.exists()


# Restarts and changes during the day


def test_a_restart_tells_again_and_the_engine_hears_it_once(tmp_path: Path) -> None:
    know_events(tmp_path)
    know_interest()
    feed = ListFeed([option_trade(n, n * SECOND) for n in range(4)], chunk=2)
    for _ in range(2):
        with owning(feed) as ingest:
            ingest.step()

    assert len(told("calendar")) == len(told("open_interest")) == 2
    assert told("calendar")[0] == told("calendar")[1]


def test_a_live_stream_hears_of_a_load_during_the_day(tmp_path: Path) -> None:
    feed = ListFeed([option_trade(n, n * SECOND) for n in range(6)], chunk=2)
    with owning(feed) as ingest:
        ingest.step()
        know_events(tmp_path, {}, {"symbol": "IBM", "id": "i"})
        ingest.step()
        ingest.step()

    assert kinds(option_log()) == [
        "tuning", "print", "print", "clock",
        "print", "print", "calendar", "clock",
        "print", "print", "clock",
    ]  # fmt: skip


def test_a_live_stream_hears_in_the_morning_what_stood_open_in_the_evening(
    tmp_path: Path,
) -> None:
    """Index options of DAY + 1 print from 20:15 of DAY; the morning tells the end of DAY."""
    index, other = "SPXW-2023-12-15-4500-C", "SPXW-2023-12-15-4600-C"
    know_interest(index, 40)
    know_interest(other, 7)
    evening = at_new_york(DAY, time(20, 30)) - TS
    morning = at_new_york(DAY + 1, time(7, 5)) - TS
    feed = ListFeed(
        [option_trade(1, evening, index), option_trade(2, evening + 1, other),
         option_trade(3, morning, index), option_trade(4, morning + 1, index)],
        chunk=2,
    )  # fmt: skip
    with owning(feed) as ingest:
        ingest.step()
        know_interest(index, 50, day=DAY)
        ingest.step()
        ingest.step()

    assert [(each["contract"], each["open_interest"]) for each in told("open_interest")] == [
        (index, 40), (other, 7), (index, 50),
    ]  # fmt: skip
    assert {each["session_date"] for each in told("open_interest")} == {DAY + 1}


def test_an_import_hears_of_nothing_that_came_while_it_ran(tmp_path: Path) -> None:
    run = make_run("import")
    feed = ListFeed([option_trade(n, n * SECOND) for n in range(4)], chunk=2)
    with owning(feed, run=run.id) as ingest:
        ingest.step()
        know_events(tmp_path)
        ingest.step()

    assert told("calendar", run.id) == []


# What it is for


def derived_of(items: list[FeedItem], chunk: int) -> tuple[list[tuple[Any, ...]], Any]:
    forget_derived(1)
    run = make_run(f"chunk-{chunk}")
    ingest_cut(items, chunk=chunk, run=run.id)
    derive_all(run.id)
    found = rows(
        """SELECT features->>'open_interest', features->>'event_kind',
                  features->>'days_to_event' FROM packet
           WHERE contract = (SELECT id FROM contract WHERE name = %s)
             AND features ? 'days_to_event' ORDER BY ts""",
        CALL,
        alias="runs",
    )
    return found, derived_digests(run.id)


def test_features_come_from_the_log_and_no_batch_cut_changes_them(tmp_path: Path) -> None:
    know_events(tmp_path)
    know_interest()
    items = busy_minute()
    first, digests = derived_of(items, 7)

    assert first
    assert {(interest, kind) for interest, kind, _ in first} == {("40", "other")}
    # 2023-11-20T21:00Z less 2023-11-15T14:53:20Z, and the seconds of the packet.
    assert all(5.25 < float(days) <= 5.2547 for *_, days in first)
    fired = rows("SELECT DISTINCT classifier_id FROM classifier_hit", alias="runs")
    assert ("new_position_likely",) in fired
    for chunk in (31, 1_000):
        assert derived_of(items, chunk) == (first, digests)


# Multipliers of adjusted roots


def test_an_adjusted_contract_is_stamped_with_its_multiplier(tmp_path: Path) -> None:
    path = tmp_path / "adjustments.csv"
    path.write_text(
        "root,underlying,effective_date,multiplier\nAAPL7,AAPL,2023-11-15,10\n"
        "AAPL8,AAPL,2023-11-16,10\n"
    )
    import_adjustments(path, now_us=TS)
    ingest_cut([option_trade(n, n, f"AAPL{7 + n}-2023-12-15-450-C", size=2) for n in range(2)])

    # 5.10 dollars x 2 x 10; the second root is adjusted from tomorrow on.
    assert [each.premium_micros for each in prints_of(option_log())] == [102_000_000, None]


def test_a_running_ingest_takes_an_adjustment_and_leaves_what_is_stamped(tmp_path: Path) -> None:
    path = tmp_path / "adjustments.csv"
    path.write_text("root,underlying,effective_date,multiplier\nAAPL7,AAPL,2023-11-15,10\n")
    feed = ListFeed(
        [option_trade(n, n, "AAPL7-2023-12-15-450-C", size=2) for n in range(3)], chunk=1
    )
    with owning(feed) as ingest:
        ingest.step()
        import_adjustments(path, now_us=TS)
        drain(feed, ingest)

    # The load is seen at the end of the second commit.
    assert [each.premium_micros for each in prints_of(option_log())] == [None, None, 102_000_000]


def test_options_of_funds_trade_to_a_quarter_past_four() -> None:
    late = at_new_york(DAY, time(16, 10)) - TS
    ingest_cut([option_trade(1, late), option_trade(2, late, "IBM-2023-12-15-150-C")])

    assert [each.session for each in prints_of(option_log())] == [2, 3]


def test_nothing_is_asked_again_within_a_trade_date(tmp_path: Path) -> None:
    know_interest()
    feed = ListFeed([option_trade(n, n * SECOND) for n in range(6)], chunk=2)
    with owning(feed) as ingest:
        drain(feed, ingest)

    assert len(told("open_interest")) == 1
