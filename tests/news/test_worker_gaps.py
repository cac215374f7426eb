"""The news worker comes back: after a lost connection, a restart, a provider that was away."""

import pytest

from flow.domain.units import from_datetime
from news.gapfill import OVERLAP_US
from news.providers import ProviderDown
from tests.support.market import rows
from tests.support.news import (
    MINUTE,
    NOW,
    SECOND,
    Wire,
    after_a_loss,
    drained,
    feed,
    gaps,
    item,
    owning_news,
    revisions,
    updated,
)

pytestmark = pytest.mark.usefixtures("log_db")


def test_the_first_start_takes_one_page_of_the_backfill_limit_oldest_first() -> None:
    wire = Wire()
    wire.send(*(item(n, n * SECOND) for n in range(20)))
    with owning_news(wire, backfill_limit=5) as worker:
        drained(worker)

    assert wire.pages == [(None, None, 5)]
    assert [each for each, _ in revisions()] == [15, 16, 17, 18, 19]
    assert gaps() == []


def test_a_reconnect_pages_back_until_it_overlaps_and_loses_nothing() -> None:
    wire = Wire(page_limit=4)
    with after_a_loss(wire, *(item(n, n * SECOND) for n in range(1, 31))) as worker:
        assert gaps() == [("the connection was lost", False, False)]
        drained(worker)

    assert [each for each, _ in revisions()] == list(range(31))
    assert len(wire.pages) == 1 + 8
    assert wire.pages[1][1] == NOW - OVERLAP_US
    assert gaps() == [("the connection was lost", True, True)]


def test_what_comes_while_a_gap_is_filled_is_stored_once() -> None:
    wire = Wire(page_limit=2)
    late = [item(100 + n, n * SECOND) for n in range(3)]
    with after_a_loss(wire, *(item(n, n * SECOND) for n in range(1, 6))) as worker:

        def meanwhile() -> None:
            if late:
                wire.send(late.pop(0))

        wire.on_page = meanwhile
        drained(worker)

    assert sorted(each for each, _ in revisions()) == [0, 1, 2, 3, 4, 5, 100, 101, 102]


def test_a_restart_fills_what_came_meanwhile_and_nothing_twice() -> None:
    wire = Wire(page_limit=3)
    wire.send(*(item(n, n * SECOND) for n in range(4)))
    with owning_news(wire) as worker:
        drained(worker)
    first = wire.history[2]
    wire.send(updated(first, MINUTE, summary="more"), *(item(n, n * SECOND) for n in range(4, 12)))
    with owning_news(wire) as worker:
        drained(worker)

    stored = revisions()
    assert len(stored) == len(set(stored))
    assert {each for each, _ in stored} == set(range(12))  # 0 lies inside the overlap
    assert (2, MINUTE) in stored
    assert gaps() == [("the worker was away", True, True)]


def test_a_gap_that_history_does_not_reach_ends_unfilled_and_the_log_says_so() -> None:
    wire = Wire(page_limit=2, kept=3)
    with after_a_loss(wire, *(item(n, n * SECOND) for n in range(1, 9))) as worker:
        drained(worker)

    assert gaps() == [("the connection was lost", True, False)]
    assert rows("SELECT payload->>'filled' FROM control WHERE kind = 'gap'") == [("false",)]
    assert {each for each, _ in revisions()} == {0, 6, 7, 8}


def test_a_provider_that_is_away_is_tried_again_and_says_so_meanwhile() -> None:
    wire = Wire()
    wire.away = 3
    with owning_news(wire) as worker:
        worker.step()
        assert feed() == ("reconnecting", "no route to the wire")
        wire.send(item(1, 0))
        drained(worker)

    assert [each for each, _ in revisions()] == [1]
    assert wire.away == 0


def test_a_connection_lost_between_pages_is_filled_from_the_start() -> None:
    wire = Wire(page_limit=2)
    with after_a_loss(wire, *(item(n, n * SECOND) for n in range(1, 8))) as worker:

        def lose() -> None:
            wire.away, wire.on_page = 1, lambda: None

        wire.on_page = lose
        drained(worker)

    assert [each for each, _ in revisions()] == list(range(8))
    assert gaps() == [("the connection was lost", True, True)]


def test_refused_credentials_end_the_worker_for_a_person() -> None:
    wire = Wire()
    wire.is_refused = True
    with owning_news(wire) as worker, pytest.raises(ProviderDown):
        worker.step()

    assert feed() == ("stopped", "the credentials are refused")


def test_a_silent_connection_is_alive_and_a_lost_one_falls_silent() -> None:
    wire = Wire()
    with owning_news(wire) as worker:
        drained(worker)
        for _ in range(3):
            worker.step()
        ((heard,),) = rows("SELECT last_received_at FROM feed_cursor")
        wire.cut()
        wire.away = 100
        for _ in range(5):
            worker.step()
        ((after, state),) = rows("SELECT last_received_at, state FROM feed_cursor")

    assert heard is not None
    assert from_datetime(after) - from_datetime(heard) <= 2 * SECOND
    assert state == "reconnecting"
