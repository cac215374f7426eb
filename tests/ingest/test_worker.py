"""The ingest worker as the log sees it: thresholds, ends, restarts, resends, accidents."""

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import psycopg
import pytest

from flow.domain.events import Control, Malformed, StampedPrint
from flow.malformed import FeedStopped
from flow.storage import leases
from flow.storage.db import connect
from ingest import building
from ingest.feeds import FeedItem
from ingest.worker import IngestWorker, run_worker
from signals.tuning import tuning_activate, tuning_create
from tests.support.feeds import ListFeed
from tests.support.market import (
    SECOND,
    TS,
    busy_minute,
    controls_of,
    count,
    drain,
    end_backend,
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
from tests.support.workers import fixed_wall

pytestmark = pytest.mark.usefixtures("log_db")


class GappyFeed(ListFeed):
    """A feed that fell behind once and says which stretch it left out."""

    gaps: list[tuple[int, int]]


def gappy(items: list[FeedItem], *gaps: tuple[int, int]) -> GappyFeed:
    feed = GappyFeed(items, chunk=10)
    feed.gaps = list(gaps)
    return feed


def counters() -> tuple[int, ...]:
    """Return received, stored, duplicates, quarantined, late of the only source."""
    (found,) = rows("SELECT received, stored, duplicates, quarantined, late FROM feed_cursor")
    return found


# Thresholds stand before the rows that they judge


def test_the_thresholds_stand_before_the_first_print_of_every_print_stream() -> None:
    ingest_cut([option_quote(0, 0), option_trade(1, 1), equity_trade(1, 2)])

    found = rows(
        """SELECT s.kind, c.seq, c.kind FROM control c JOIN stream s ON s.id = c.stream
           WHERE c.seq = 1 ORDER BY s.kind"""
    )
    assert found == [("equity_print", 1, "tuning"), ("option_print", 1, "tuning")]


def test_every_row_names_the_revision_under_which_it_was_labelled() -> None:
    feed = ListFeed([option_trade(n, n * SECOND) for n in range(4)], chunk=2)
    with owning(feed) as ingest:
        ingest.step()
        draft = tuning_activate(tuning_create({"sweep_min_count": 4}, reason="fewer"))
        ingest.step()

    found = rows("SELECT tuning_revision FROM option_print ORDER BY seq")
    assert [row[0] for row in found] == [1, 1, draft.pk, draft.pk]


def test_a_restart_repeats_no_thresholds() -> None:
    items = [option_trade(n, n) for n in range(6)]
    feed = ListFeed(items, chunk=2)
    for _ in range(3):
        with owning(feed) as ingest:
            ingest.step()

    assert len(controls_of(option_log(), "tuning")) == 1


def test_the_new_contracts_of_a_commit_are_made_together() -> None:
    names = [f"SPY-2023-12-15-{strike}-C" for strike in range(400, 420)]
    items = [option_quote(n, n, name) for n, name in enumerate(names)]
    ingest_cut([*items, option_trade(99, 99), equity_quote(1, 100)])

    assert rows("SELECT count(*), count(DISTINCT xmin::text) FROM contract") == [(21, 1)]
    assert rows(
        """SELECT c.name FROM option_quote q JOIN contract c ON c.id = q.contract
           ORDER BY q.seq"""
    ) == [(name,) for name in names]


# The end of a finite feed


def end_of(run: int = 0) -> list[tuple[str, int]]:
    return [(e.kind, e.ts) for e in option_log(run)[-2:] if isinstance(e, Control)]


def test_finishing_twice_ends_the_log_once() -> None:
    feed = ListFeed([option_trade(1, 0), option_trade(2, 7)])
    with owning(feed) as ingest:
        drain(feed, ingest)
        ingest.finish()
        before = count("control")
        ingest.finish()

    assert count("control") == before
    assert end_of() == [("clock", TS + 7), ("session_close", TS + 7)]


def test_a_feed_killed_before_its_end_is_ended_by_the_next_worker() -> None:
    feed = ListFeed([option_quote(0, 0), option_trade(1, 1), option_trade(2, 7)], chunk=2)
    with owning(feed) as killed:
        drain(feed, killed)
    with owning(feed) as again:
        drain(feed, again)
        again.finish()

    assert end_of() == [("clock", TS + 7), ("session_close", TS + 7)]


def test_rows_after_an_end_are_ended_again() -> None:
    items: list[FeedItem] = [option_trade(1, 0), option_trade(2, 7)]
    ingest_cut(items)
    ingest_cut([*items, option_trade(3, 9)])

    kinds = [entry.kind for entry in option_log() if isinstance(entry, Control)]
    assert kinds.count("session_close") == 2
    assert end_of() == [("clock", TS + 9), ("session_close", TS + 9)]


def test_a_feed_without_any_event_ends_without_an_entry() -> None:
    ingest_cut([])

    assert count("control") == 0
    assert rows("SELECT state, received FROM feed_cursor") == [("finished", 0)]


def test_the_end_counts_every_kind_of_event() -> None:
    ingest_cut([option_trade(1, 0), equity_trade(1, 1), equity_quote(1, 30)])

    assert end_of() == [("clock", TS + 30), ("session_close", TS + 30)]


# Counters, resends, conflicts


def test_the_counters_of_a_mixed_feed_sum() -> None:
    bad = Malformed("bad_row", "row is x; expected y", b"x", "line 1")
    twice = option_trade(1, 0)
    conflict = msgspec.structs.replace(twice, size=77)
    ingest_cut([*busy_minute(5), twice, twice, bad, conflict, option_quote(9, 3), twice], chunk=3)

    received, stored, duplicates, quarantined, _ = counters()
    assert (received, duplicates, quarantined) == (26, 2, 2)
    assert received == stored + duplicates + quarantined
    assert stored == sum(
        count(k) for k in ("option_print", "option_quote", "equity_print", "equity_quote")
    )


def test_broken_input_at_one_place_is_one_row_however_often_it_is_read() -> None:
    bad = Malformed("bad_row", "row is x; expected y", b"x" * 100_000, "line 1")
    elsewhere = msgspec.structs.replace(bad, where="line 2")
    for _ in range(2):
        ingest_cut([option_trade(1, 0), bad, bad, elsewhere], resumes=False)

    assert rows("SELECT place, length(raw) FROM quarantine ORDER BY place") == [
        ("line 1", 65_536),
        ("line 2", 65_536),
    ]


def test_a_conflict_after_a_restart_is_told_from_a_resend() -> None:
    ingest_cut([option_trade(1, 0, conditions=(65,)), option_trade(2, 1)])
    changed = option_trade(1, 0, conditions=(65, 66))
    ingest_cut([changed, option_trade(2, 1), option_trade(3, 2)], resumes=False)

    assert rows("SELECT reason, place FROM quarantine") == [("conflict", "option_print")]
    assert counters() == (5, 3, 1, 1, 0)


def test_a_resend_beyond_the_memory_is_found_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "KNOWN_UIDS", 6)
    old = [option_trade(n, n) for n in range(20)]
    resent: list[FeedItem] = [old[2], old[3], option_trade(50, 50)]
    ingest_cut([*old, *resent], chunk=4)

    assert count("option_print") == 21
    assert [e.seq for e in option_log()] == list(range(1, len(option_log()) + 1))


def test_a_skipped_stretch_becomes_one_gap_row() -> None:
    feed = gappy([option_trade(1, 0)], (TS - 9 * SECOND, TS), (TS + SECOND, TS + 2 * SECOND))
    with owning(feed) as ingest:
        drain(feed, ingest)
        ingest.finish()

    found = rows("SELECT source, scope, to_ts - from_ts FROM gap ORDER BY from_ts")
    assert [(s, scope, d.total_seconds()) for s, scope, d in found] == [
        ("list", "all", 9.0),
        ("list", "all", 1.0),
    ]


def test_a_gap_survives_a_commit_that_had_to_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(building, "KNOWN_UIDS", 8)
    feed = gappy([option_trade(n, n) for n in range(10)])
    feed._items += [option_trade(1, 1), option_trade(11, 11)]
    with owning(feed) as ingest:
        ingest.step()
        feed.gaps.append((TS, TS + SECOND))
        ingest.step()

    assert count("gap") == 1
    assert count("option_print") == 11


# Accidents


def test_a_stopped_feed_reads_the_same_stretch_again_once_it_is_mended() -> None:
    bad = [Malformed("bad_row", "x", b"%d" % n, f"line {n}") for n in range(100)]
    good: list[FeedItem] = [option_trade(n, n) for n in range(103)]
    broken = ListFeed([*good[:3], *bad])
    with owning(broken) as ingest, pytest.raises(FeedStopped):
        ingest.step()
    ingest_cut(good)

    assert count("option_print") == 103
    assert rows("SELECT state, cursor FROM feed_cursor") == [("finished", '{"index": 103}')]


def test_a_lost_database_ends_the_worker_and_the_next_one_loses_nothing() -> None:
    items = [option_trade(n, n) for n in range(20)]
    feed = ListFeed(items, chunk=10)
    with owning(feed) as ingest:
        ingest.step()
        assert end_backend("ingest list") == 1
        with pytest.raises(psycopg.OperationalError):
            ingest.step()
    rows("UPDATE lease SET expires_at = '-infinity' RETURNING 1")
    ingest_cut(items, chunk=10)

    assert count("option_print") == 20
    assert counters()[:3] == (20, 20, 0)


def test_a_second_worker_waits_and_goes_on_where_the_first_one_ended() -> None:
    items: list[FeedItem] = [option_trade(n, n) for n in range(20)]
    first = ListFeed(items, chunk=10)
    second, stop = ListFeed(items, chunk=10), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with owning(first) as owner:
            owner.step()
            standby = IngestWorker(second, clock_rule="event", wall_us=fixed_wall())
            assert not standby.take_over()
            standby.close()
            waiting = pool.submit(
                run_worker, second, stop, clock_rule="event", wall_us=fixed_wall()
            )
            assert not waiting.done()
        waiting.result(10)

    assert count("option_print") == 20
    assert counters()[:3] == (20, 20, 0)
    assert rows("SELECT epoch FROM lease") == [(2,)]


def test_a_worker_told_to_stop_while_it_waits_leaves_nothing_behind() -> None:
    stop = threading.Event()
    stop.set()
    with owning(ListFeed([])) as owner:
        run_worker(ListFeed([option_trade(1, 0)]), stop, wall_us=fixed_wall())
        assert owner._lease is not None

    assert count("option_print") == 0
    assert rows("SELECT epoch FROM lease") == [(1,)]


def test_a_worker_told_to_stop_gives_its_lease_back() -> None:
    stop = threading.Event()

    class Stopping(ListFeed):
        def read(self, limit: int, timeout_s: float) -> list[FeedItem]:
            if self.cursor()["index"] == 3:
                stop.set()
                return []
            return super().read(limit, timeout_s)

    feed = Stopping([option_trade(n, n) for n in range(9)], chunk=3)
    run_worker(feed, stop, clock_rule="event", wall_us=fixed_wall())

    assert count("option_print") == 3
    assert not feed.finished
    with connect("default", "next") as conn:
        assert leases.take(conn, "ingest:0:list") is not None


def test_two_sources_have_leases_and_streams_of_their_own() -> None:
    one, two = ListFeed([option_trade(1, 0)], source="one"), ListFeed([], source="two")
    with owning(one) as first, owning(two) as second:
        assert {first.resource, second.resource} == {"ingest:0:one", "ingest:0:two"}
        first.step()

    assert count("stream") == 8


def test_a_lost_hint_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from flow.storage import hints

    def away() -> object:
        raise OSError("no route to Redis")

    monkeypatch.setattr(hints, "_client", away)
    ingest_cut([option_trade(1, 0)])

    assert [type(entry) for entry in prints_of(option_log())] == [StampedPrint]


def test_a_feed_that_measures_its_rate_has_it_in_its_row() -> None:
    feed = ListFeed([option_trade(1, 0)])
    feed.rates = (4_990.5, 5_000.0)  # type: ignore[attr-defined]
    with owning(feed) as ingest:
        drain(feed, ingest)

    assert rows("SELECT events_per_s, asked_events_per_s FROM feed_cursor") == [(4_990.5, 5_000.0)]
