"""GET /api/v1/candles/: what is final, revisions, forming bars, steps, feeds and runs."""

import json
from pathlib import Path

import pytest
from django.test import Client

from flow.domain.events import EquityPrint
from flow.reference.actions import import_actions
from tests.support.candle_api import MINUTE, ask, at, refused
from tests.support.evidence import signed_in
from tests.support.feeds import ListFeed
from tests.support.market import SECOND, TS, drain, equity_quote, owning, rows
from tests.support.workers import derive_all, ingest_all, make_run


@pytest.fixture
def analyst(log_db: None) -> Client:
    return signed_in("analyst", name="forming")


def live(prints: list[EquityPrint]) -> None:
    """Write prints into the log as an open feed does: with clocks, without a close."""
    feed = ListFeed(prints, chunk=1)
    with owning(feed) as worker:
        drain(feed, worker)


def test_a_window_that_has_not_ended_is_not_final(analyst: Client) -> None:
    live([at(n * 10 * SECOND, n) for n in range(30)])  # to 14:57:50
    derive_all()

    minute = ask(analyst)
    quarter = ask(analyst, interval="5m")

    assert [bar["final"] for bar in minute["data"]] == [True] * 4
    assert [(bar["final"], bar["trade_count"]) for bar in quarter["data"]] == [
        (True, 12),
        (False, 12),
    ]
    assert minute["final_until"] == "2023-11-15T14:57:44.999999+00:00"


def test_forming_bars_come_on_request_and_are_no_rows(analyst: Client) -> None:
    live([at(n * 10 * SECOND, n) for n in range(30)])
    derive_all()

    told = ask(analyst, provisional="true")["data"]

    assert [(bar["final"], bar["rev"], bar["trade_count"]) for bar in told[-2:]] == [
        (True, 0, 6),
        (False, None, 6),
    ]
    (rolled,) = ask(analyst, provisional="true", interval="1h")["data"]
    assert (rolled["final"], rolled["trade_count"], rolled["rev"]) == (False, 30, 0)
    assert [bar["final"] for bar in ask(analyst, provisional="true", interval="1s")["data"]] == (
        [True] * 29 + [False]
    )
    assert rows("SELECT count(*) FROM candle WHERE interval_s = 60") == [(4,)]


def test_after_the_close_nothing_is_forming(analyst: Client) -> None:
    ingest_all([at(n * 10 * SECOND, n) for n in range(30)])
    derive_all()

    told = ask(analyst, provisional="true", interval="5m")["data"]

    assert [(bar["final"], bar["trade_count"]) for bar in told] == [(True, 12), (True, 18)]


def test_a_late_print_revises_its_bar_and_a_step_shows_what_stood_before(analyst: Client) -> None:
    first = [at(0, 1), at(MINUTE, 2), at(2 * MINUTE, 3)]
    feed = ListFeed([*first, at(1, 4, price_micros=400_000_000, size_micros=2_500_000)], chunk=3)
    with owning(feed) as worker:
        worker.step()
        step = derive_all()
        drain(feed, worker)
        worker.finish()
    derive_all()

    now, before = ask(analyst)["data"][0], ask(analyst, as_of_step=step)["data"][0]

    assert (now["rev"], now["low"], now["volume"]) == (1, "400", "102.5")  # shares may be parts
    assert (before["rev"], before["low"], before["volume"]) == (0, "450.5", "100")


def test_lit_and_off_exchange_volume_stand_apart(analyst: Client) -> None:
    ingest_all([equity_quote(1, 0), at(MINUTE, 2, off_exchange=True), at(MINUTE, 3)])
    derive_all()

    (bar,) = ask(analyst)["data"]

    assert (bar["volume"], bar["lit_volume"], bar["off_exchange_volume"]) == ("200", "100", "100")
    assert (bar["off_exchange_count"], bar["vwap"]) == (1, "450.5")


def test_two_feeds_of_a_run_are_never_mixed(analyst: Client) -> None:
    for source in ("one", "two"):
        feed = ListFeed([at(n * MINUTE, n) for n in range(3)], source=source)
        with owning(feed) as worker:
            drain(feed, worker)
            worker.finish()
    derive_all()

    error = refused(analyst, "symbol=SPY&interval=1m")
    body = ask(analyst, source="two")

    assert (error["code"], error["fields"][0]["allowed"]) == ("ambiguous_source", "one of one, two")
    assert (len(body["data"]), body["source"]) == (3, "two")
    assert ask(analyst, symbol="QQQ", source="one")["data"] == []


def test_bars_of_an_import_are_read_by_its_name(analyst: Client) -> None:
    run = make_run("old")
    ingest_all([at(0, 1)], run=run.id)
    derive_all(run.id)

    assert len(ask(analyst, run="old")["data"]) == 1
    assert ask(analyst)["data"] == []


def test_splits_on_the_dates_of_the_bars_are_told_and_adjust_nothing(
    analyst: Client, tmp_path: Path
) -> None:
    day = 24 * 60 * MINUTE
    ingest_all([at(0, 1), at(day, 2, price_micros=225_250_000), at(2 * day, 3)])
    derive_all()
    actions = [
        {"symbol": "SPY", "kind": "split", "effective_date": date, "numerator": 2, "denominator": 1}
        for date in ("2023-11-14", "2023-11-16", "2023-11-18")
    ]
    (tmp_path / "actions.json").write_text(json.dumps(actions))
    import_actions(tmp_path / "actions.json", now_us=TS)

    body = ask(analyst, interval="1d")

    assert [bar["close"] for bar in body["data"]] == ["450.5", "225.25", "450.5"]
    assert body["splits"] == [{"effective_date": "2023-11-16", "numerator": 2, "denominator": 1}]
