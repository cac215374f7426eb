"""GET /api/v1/candles/ over one log of 1,500 minutes: golden G7, ranges, days, refusals."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from signals.storage.candles import trading_days
from tests.support.candle_api import MINUTE, PATH, START, ask, at, refused
from tests.support.database import empty_database
from tests.support.evidence import make_user
from tests.support.openapi import deviations, document
from tests.support.sql import statements
from tests.support.workers import derive_all, ingest_all


@pytest.fixture(scope="module")
def minutes(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Golden G7: 1,500 one-minute bars, one print each, through ingest and compute."""
    with django_db_blocker.unblock():
        empty_database()
        prints = [
            at(n * MINUTE, n, price_micros=450_000_000 + n * 10_000) for n in range(1_500)
        ]  # fmt: skip
        ingest_all(prints, chunk=500)
        derive_all()
        yield
        empty_database()


@pytest.fixture(scope="module")
def client(minutes: None) -> Client:
    found = Client()
    found.force_login(make_user("analyst", name="charts"))
    return found


# Golden G7 (platform.md 14; errata 29)


def test_golden_g7_all_bars_up_to_the_limit_ascending(client: Client) -> None:
    body = ask(client, limit=1_500)

    assert [bar["ts_ms"] for bar in body["data"]] == [
        (START + n * MINUTE) // 1_000 for n in range(1_500)
    ]
    assert (body["has_more"], body["next_end"]) == (False, None)


def test_golden_g7_the_newest_bars_where_there_are_more(client: Client) -> None:
    body = ask(client, limit=1_000)

    assert [bar["open"] for bar in body["data"]] == [
        f"{450 + n / 100:.2f}".rstrip("0").rstrip(".") for n in range(500, 1_500)
    ]
    assert body["has_more"]
    older = ask(client, limit=1_000, end=body["next_end"])
    assert [bar["ts_ms"] for bar in older["data"]] == [
        (START + n * MINUTE) // 1_000 for n in range(500)
    ]


@pytest.mark.parametrize("limit", ["5001", "0", "-1", "many"])
def test_golden_g7_a_limit_over_the_maximum_is_refused_with_its_field(
    client: Client, limit: str
) -> None:
    error = refused(client, f"symbol=SPY&interval=1m&limit={limit}")

    assert error["fields"] == [{"name": "limit", "received": limit, "allowed": "1 to 5000"}]
    assert len(ask(client, limit=5_000)["data"]) == 1_500


# Intervals and ranges


@pytest.mark.parametrize(
    ("name", "ms", "bars"),
    [("1s", 1_000, 1_500), ("1m", 60_000, 1_500), ("5m", 300_000, 301), ("15m", 900_000, 101),
     ("1h", 3_600_000, 26)],
)  # fmt: skip
def test_every_interval_by_name_and_in_milliseconds(
    client: Client, name: str, ms: int, bars: int
) -> None:
    body = ask(client, interval=name, limit=5_000)

    assert len(body["data"]) == bars
    assert {bar["interval_ms"] for bar in body["data"]} == {ms}
    assert sum(bar["trade_count"] for bar in body["data"]) == 1_500
    assert sum(int(bar["volume"]) for bar in body["data"]) == 150_000
    assert ask(client, interval=str(ms), limit=5_000)["data"] == body["data"]


def test_days_follow_the_calendar(client: Client) -> None:
    regular = ask(client, interval="1d")["data"]
    extended = ask(client, interval="1d", session="extended")["data"]

    assert [(bar["ts"], bar["end_ts"]) for bar in regular] == [
        ("2023-11-15T14:30:00+00:00", "2023-11-15T21:00:00+00:00"),
        ("2023-11-16T14:30:00+00:00", "2023-11-16T21:00:00+00:00"),
    ]
    assert [bar["trade_count"] for bar in regular] == [367, 83]
    assert extended[0]["ts"] == "2023-11-15T09:00:00+00:00"
    assert sum(bar["trade_count"] for bar in extended) < 1_500  # the night is in no day


def test_a_range_is_half_open_by_the_start_of_a_bar(client: Client) -> None:
    start, end = START + 3 * MINUTE, START + 6 * MINUTE
    body = ask(client, start=start // 1_000, end=end // 1_000)

    assert [bar["ts_ms"] * 1_000 for bar in body["data"]] == list(range(start, end, MINUTE))
    cut = ask(client, interval="5m", start=(start + 1) // 1_000 + 1, limit=1_500)
    assert cut["data"][0]["ts"] == "2023-11-15T15:00:00+00:00"
    assert cut["data"][0]["trade_count"] == 5


def test_the_regular_session_alone(client: Client) -> None:
    told = ask(client, session="regular", limit=5_000)["data"]

    assert {bar["session"] for bar in told} == {"regular"}
    assert 0 < len(told) < 1_500


def test_one_bar_in_full(client: Client) -> None:
    (bar,) = ask(client, limit=1, end=START // 1_000 + 1)["data"]

    assert bar == {
        "symbol": "SPY", "interval": "1m", "interval_ms": 60_000,
        "ts": "2023-11-15T14:53:00+00:00", "ts_ms": 1_700_059_980_000,
        "end_ts": "2023-11-15T14:54:00+00:00", "end_ts_ms": 1_700_060_040_000,
        "session": "regular", "open": "450", "high": "450", "low": "450", "close": "450",
        "vwap": "450", "volume": "100", "lit_volume": "100", "off_exchange_volume": "0",
        "off_exchange_count": 0, "trade_count": 1, "notional": "45000", "rev": 0, "final": True,
        "seq": bar["seq"], "tuning_revision": 1, "engine": "candles-1",
    }  # fmt: skip


# Documents and refusals


def test_answers_and_refusals_are_as_documented(client: Client) -> None:
    schema = document()
    for query in ({}, {"interval": "1d"}, {"symbol": "NONE"}, {"provisional": "true"}):
        assert deviations(schema, PATH, 200, ask(client, **query)) == []
    answer = client.get(PATH)
    assert deviations(schema, PATH, 400, answer.json()) == []
    needed = {each["name"]: each for each in schema["paths"][PATH]["get"]["parameters"]}
    assert needed["symbol"]["required"]
    assert needed["interval"]["required"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("interval=1m", "symbol"),
        ("symbol=SPY", "interval"),
        ("symbol=SPY&interval=2m", "interval"),
        ("symbol=SPY&interval=61000", "interval"),
        ("symbol=SPY&interval=1m&interval=5m", "interval"),
        ("symbol=SPY,QQQ&interval=1m", "symbol"),
        ("symbol=SPY&interval=1m&start=yesterday", "start"),
        ("symbol=SPY&interval=1m&session=night", "session"),
        ("symbol=SPY&interval=1m&source=nobody", "source"),
        ("symbol=SPY&interval=1m&source=", "source"),
        ("symbol=SPY&interval=1m&provisional=1", "provisional"),
        ("symbol=SPY&interval=1m&provisional=true&as_of_step=1", "as_of_step"),
        ("symbol=SPY&interval=1m&cursor=x", "cursor"),
    ],
)
def test_refusal_names_the_parameter_and_what_is_allowed(
    client: Client, query: str, name: str
) -> None:
    error = refused(client, query)

    assert error["fields"][0]["name"] == name
    assert error["fields"][0]["allowed"]


def test_missing_parameters_are_told_together(client: Client) -> None:
    assert [field["name"] for field in refused(client, "")["fields"]] == ["symbol", "interval"]


def test_a_symbol_that_never_printed_has_no_bars(client: Client) -> None:
    body = ask(client, symbol="NEVER")

    assert (body["data"], body["has_more"], body["source"]) == ([], False, None)


def test_a_page_asks_the_same_few_questions_at_any_size(client: Client) -> None:
    def asked(limit: int) -> list[str]:
        found = statements(lambda: ask(client, interval="1h", limit=limit))
        return [sql for sql in found if "candle" in sql or "control" in sql or "ledger" in sql]

    trading_days()
    small, large = asked(1), asked(5_000)

    assert len(small) == len(large) == 5  # the ledger, three control entries, the bars
