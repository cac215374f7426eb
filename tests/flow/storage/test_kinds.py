"""An event becomes a row and comes back from the real table as it was."""

from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.domain.events import EquityQuote, OptionQuote, StampedEquityPrint, StampedPrint
from flow.storage.db import connect
from flow.storage.kinds import (
    SPECS,
    LabelColumns,
    Row,
    equity_print_row,
    equity_quote,
    equity_quote_row,
    option_print_row,
    option_quote,
    option_quote_row,
    stamped_equity_print,
    stamped_print,
)
from tests.support.market import CALL, TS

pytestmark = pytest.mark.usefixtures("log_db")

PROPERTY = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SEQ, UID = st.integers(1, 2**62), st.binary(min_size=16, max_size=16)
WHEN = st.integers(TS - 10**12, TS + 10**12)
MONEY = st.integers(-(2**62), 2**62)
INT4 = st.integers(0, 2**31 - 1)
INT2 = st.integers(0, 2**15 - 1)
REAL = st.floats(width=32, allow_nan=False, allow_infinity=False)
CODES = st.lists(INT2, max_size=5).map(tuple)
DAY = st.integers(700_000, 800_000)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


QUOTE_STAMP: dict[str, st.SearchStrategy[Any]] = {
    "bid_micros": maybe(MONEY), "ask_micros": maybe(MONEY), "bid_size": maybe(INT4),
    "ask_size": maybe(INT4), "quote_ts": maybe(WHEN), "quote_seq": maybe(SEQ),
    "quote_silence_us": maybe(MONEY), "quote_mode": INT2, "session": INT2, "session_date": DAY,
    "flags": INT4,
}  # fmt: skip
OPTION_PRINTS = st.builds(
    StampedPrint, seq=SEQ, ts=WHEN, uid=UID, contract=st.just(CALL), price_micros=MONEY, size=INT4,
    venue=INT2, conditions=CODES, premium_micros=maybe(MONEY), spot_bid_micros=maybe(MONEY),
    spot_ask_micros=maybe(MONEY), spot_ts=maybe(WHEN), spot_seq=maybe(SEQ),
    move_60s_bps=maybe(REAL), move_5m_bps=maybe(REAL), move_5m_z=maybe(REAL), iv=maybe(REAL),
    dte=maybe(INT2), order=SEQ | st.just(0), **QUOTE_STAMP,
)  # fmt: skip
EQUITY_PRINTS = st.builds(
    StampedEquityPrint, seq=SEQ, ts=WHEN, uid=UID, symbol=st.just("SPY"), price_micros=MONEY,
    size_micros=MONEY, venue=INT2, conditions=CODES, off_exchange=maybe(st.booleans()),
    exec_ts=maybe(WHEN), corrects=maybe(UID), **QUOTE_STAMP,
)  # fmt: skip
SIDES: dict[str, st.SearchStrategy[Any]] = {
    "bid_micros": maybe(MONEY), "ask_micros": maybe(MONEY), "bid_size": maybe(INT4),
    "ask_size": maybe(INT4), "order": maybe(SEQ),
}  # fmt: skip
OPTION_QUOTES = st.builds(OptionQuote, ts=WHEN, uid=UID, contract=st.just(CALL), **SIDES)
EQUITY_QUOTES = st.builds(EquityQuote, ts=WHEN, uid=UID, symbol=st.just("SPY"), **SIDES)


@pytest.fixture(scope="module")
def conn(django_db_setup: None) -> Any:
    with connect("default", "kinds") as made:
        yield made


def stored(conn: psycopg.Connection[Any], kind: str, row: Row) -> Row:
    """Return a row as its table gives it back; the table stays empty."""
    spec = SPECS[kind]
    with conn.transaction(force_rollback=True):
        with conn.cursor() as cursor:
            columns = ", ".join(spec.columns)
            with cursor.copy(f"COPY {kind} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(spec.types)
                copy.write_row(row)
        with conn.cursor(binary=True) as cursor:
            cursor.execute(f"SELECT {', '.join(spec.columns)} FROM {kind}")
            found: Row = cursor.fetchall()[0]
    return found


@PROPERTY
@given(OPTION_PRINTS)
def test_an_option_print_comes_back(conn: psycopg.Connection[Any], event: StampedPrint) -> None:
    label = LabelColumns(2, passed=True, reasons=5, revision=1)
    row = option_print_row(event, stream=1, received_at=TS, ids=(7, 8), label=label)
    found = stored(conn, "option_print", row)

    assert stamped_print(found, {7: CALL}.__getitem__) == event
    assert found[6] == 8
    assert found[-5:] == (2, True, 5, 1, event.order or None)


@PROPERTY
@given(EQUITY_PRINTS)
def test_an_equity_print_comes_back(
    conn: psycopg.Connection[Any], event: StampedEquityPrint
) -> None:
    row = equity_print_row(event, stream=1, received_at=TS, symbol=8, side=7, revision=3)
    found = stored(conn, "equity_print", row)

    assert stamped_equity_print(found, {8: "SPY"}.__getitem__) == event
    assert found[23:25] == (7, 3)


@PROPERTY
@given(OPTION_QUOTES, SEQ)
def test_an_option_quote_comes_back(
    conn: psycopg.Connection[Any], event: OptionQuote, seq: int
) -> None:
    row = option_quote_row(event, stream=1, seq=seq, received_at=TS, contract=7)
    found = stored(conn, "option_quote", row)

    assert option_quote(found, {7: CALL}.__getitem__) == event
    assert found[1] == seq


@PROPERTY
@given(EQUITY_QUOTES, SEQ)
def test_an_equity_quote_comes_back(
    conn: psycopg.Connection[Any], event: EquityQuote, seq: int
) -> None:
    row = equity_quote_row(event, stream=1, seq=seq, received_at=TS, symbol=8)

    assert equity_quote(stored(conn, "equity_quote", row), {8: "SPY"}.__getitem__) == event


@pytest.mark.parametrize("kind", SPECS)
def test_a_table_has_the_columns_and_types_of_its_specification(
    conn: psycopg.Connection[Any], kind: str
) -> None:
    spec = SPECS[kind]
    found = conn.execute(
        """SELECT attname, atttypid::regtype::oid FROM pg_attribute
           WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped""",
        (kind,),
    ).fetchall()
    types = {name: conn.adapters.types.get_by_subtype for name, _ in found}
    assert set(types) == set(spec.columns)
    assert set(spec.wire) <= set(spec.columns)
    for name, pg_type in zip(spec.columns, spec.types, strict=True):
        row = conn.execute("SELECT %s::regtype::oid::int", (pg_type,)).fetchone()
        assert row is not None
        assert row[0] == int(dict(found)[name]), name


@pytest.mark.parametrize(
    ("spec", "event"), [("option_quote", OptionQuote), ("equity_quote", EquityQuote)]
)
def test_the_wire_of_a_quote_is_what_its_event_says(spec: str, event: type[msgspec.Struct]) -> None:
    fields = {field.name for field in msgspec.structs.fields(event)}

    renamed = {"symbol": "symbol", "contract": "contract"}
    assert {renamed.get(name, name) for name in SPECS[spec].wire} <= fields
