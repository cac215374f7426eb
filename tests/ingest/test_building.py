"""The builder: one commit from events, with positions, stamps, labels and what is repeated."""

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import EquityPrint, EquityQuote, MarketEvent, OptionPrint, OptionQuote
from flow.domain.ids import content_uid
from flow.storage.calendar import load_calendar
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.kinds import SPECS
from flow.storage.streams import StreamHead
from ingest.building import Builder, conflict, underlying_of, wire_hash
from ingest.resends import remember_present, remember_tail, row_wire_hash
from tests.support.feeds import CAPABILITIES
from tests.support.market import (
    CALL,
    PUT,
    TS,
    equity_quote,
    equity_trade,
    ingest_cut,
    option_quote,
    option_trade,
)

KINDS = ("option_print", "option_quote", "equity_print", "equity_quote")


@pytest.fixture
def conn(log_db: None) -> Iterator[psycopg.Connection[Any]]:
    with connect("default", "builder") as made:
        yield made


@pytest.fixture
def builder(conn: psycopg.Connection[Any]) -> Builder:
    return make_builder(conn)


def make_builder(conn: psycopg.Connection[Any], **clocks: int) -> Builder:
    heads = {
        kind: StreamHead(n, 0, "b", kind, 10 * n, 0, clocks.get(kind), None)  # type: ignore[arg-type]
        for n, kind in enumerate(KINDS, start=1)
    }
    return Builder(
        heads=heads,
        capabilities=CAPABILITIES,
        calendar=load_calendar(conn),
        instruments=Instruments(conn),
    )


def column(builder: Builder, kind: str, name: str) -> list[Any]:
    place = SPECS[kind].columns.index(name)
    return [row[place] for row in builder.batches[kind].rows]


def test_every_stream_counts_its_own_positions(builder: Builder) -> None:
    for event in (
        option_quote(1, 0), option_trade(1, 1), equity_quote(1, 2), option_trade(2, 3),
        equity_trade(1, 4), option_quote(2, 5),
    ):  # fmt: skip
        builder.add(event)

    assert {kind: column(builder, kind, "seq") for kind in KINDS} == {
        "option_print": [10, 11], "option_quote": [20, 21], "equity_print": [30],
        "equity_quote": [40],
    }  # fmt: skip
    assert builder.max_ts == TS + 5


def test_a_print_carries_the_position_of_the_quote_it_saw(builder: Builder) -> None:
    for event in (option_quote(1, 0), option_quote(2, 5, PUT), option_trade(1, 6)):
        builder.add(event)

    assert column(builder, "option_print", "quote_seq") == [20]
    assert column(builder, "option_print", "quote_ts") == [TS]


def test_a_new_commit_starts_at_the_head_and_keeps_what_was_seen(builder: Builder) -> None:
    builder.add(option_quote(1, 0))
    builder.start_commit(TS + 99)
    builder.add(option_quote(1, 0))
    builder.add(option_trade(1, 9))

    assert column(builder, "option_print", "bid_micros") == [4_900_000]
    assert column(builder, "option_print", "received_at") == [TS + 99]
    assert (builder.counters.received, builder.counters.stored, builder.counters.duplicates) == (
        2, 1, 1,
    )  # fmt: skip
    assert builder.batches["option_quote"].rows == []


@pytest.mark.parametrize(
    ("clock", "at", "late"), [(None, 0, 0), (TS, 0, 1), (TS, -5, 1), (TS, 1, 0), (TS - 1, 0, 0)]
)
def test_late_is_at_or_before_the_clock_of_its_own_stream(
    conn: psycopg.Connection[Any], clock: int | None, at: int, late: int
) -> None:
    builder = make_builder(conn, **({} if clock is None else {"option_print": clock}))
    builder.add(option_trade(1, at))
    builder.add(equity_trade(1, at))
    builder.add(option_quote(1, at))

    assert column(builder, "option_print", "flags")[0] & 1 == late
    assert column(builder, "equity_print", "flags")[0] & 1 == 0
    assert builder.counters.late == late


def test_rows_name_the_revision_in_force(builder: Builder) -> None:
    builder.add(option_quote(1, 0))
    builder.revision = 4
    builder.add(option_trade(1, 1, size=900))
    builder.revision = 5
    builder.add(option_trade(2, 2, size=900))

    assert column(builder, "option_print", "tuning_revision") == [4, 5]
    assert column(builder, "option_print", "label_passed") == [True, True]


TWIST: list[tuple[MarketEvent, dict[str, Any], bool]] = [
    (option_trade(1, 0), {"size": 6}, False),
    (option_trade(1, 0), {"price_micros": 1}, False),
    (option_trade(1, 0), {"venue": 4}, False),
    (option_trade(1, 0), {"conditions": (9,)}, False),
    (option_trade(1, 0), {"contract": PUT}, False),
    (option_trade(1, 0), {"iv": 0.3, "order": 7}, True),
    (equity_trade(1, 0), {"size_micros": 6}, False),
    (equity_trade(1, 0), {"symbol": "QQQ"}, False),
    (equity_trade(1, 0), {"exec_ts": TS - 1}, True),
    (option_quote(1, 0), {"bid_micros": None}, False),
    (option_quote(1, 0), {"ask_size": 11}, False),
    (option_quote(1, 0), {"order": 11}, True),
    (equity_quote(1, 0), {"bid_micros": 1, "ask_size": None}, True),
    (equity_quote(1, 0), {"symbol": "QQQ"}, False),
]


@pytest.mark.parametrize(("event", "change", "is_resend"), TWIST)
def test_what_the_sender_decided_tells_a_resend_from_a_conflict(
    builder: Builder, event: MarketEvent, change: dict[str, Any], is_resend: bool
) -> None:
    builder.add(event)
    builder.add(msgspec.structs.replace(event, **change))

    assert (wire_hash(event) == wire_hash(msgspec.structs.replace(event, **change))) == is_resend
    assert builder.counters.duplicates == int(is_resend)
    assert builder.counters.quarantined == len(builder.conflicts) == int(not is_resend)
    assert sum(len(batch.rows) for batch in builder.batches.values()) == 1


def test_one_uid_at_two_instants_is_two_rows(builder: Builder) -> None:
    builder.add(option_trade(1, 0))
    builder.add(option_trade(1, 1))

    assert builder.counters.stored == 2


def test_one_uid_in_two_streams_is_two_rows(builder: Builder) -> None:
    uid = content_uid("shared")
    builder.add(option_trade(1, 0, uid=uid))
    builder.add(EquityQuote(TS, uid, "SPY", 1, 2, 3, 4))

    assert builder.counters.stored == 2


def test_a_conflict_says_what_is_there_and_what_was_expected() -> None:
    found = conflict(option_trade(1, 0))

    assert found.reason == "conflict"
    assert found.where == "option_print"
    assert "expected an identical resend or a new identity" in found.detail
    assert CALL.encode() in found.raw


@pytest.mark.parametrize(
    ("contract", "underlying"),
    [(CALL, "SPY"), ("SPXW-2025-01-15-5900.5-P", "SPX"), ("SPY", "UNKNOWN"), ("", "UNKNOWN")],
)
def test_the_underlying_of_an_unreadable_contract_is_unknown(
    contract: str, underlying: str
) -> None:
    assert underlying_of(contract) == underlying


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 9))
def test_a_stamp_and_a_hash_do_not_depend_on_the_object(numbers: list[int], size: int) -> None:
    one = [option_trade(n, n, size=size) for n in numbers]
    two = [OptionPrint(*msgspec.structs.astuple(event)) for event in one]

    assert [wire_hash(e) for e in one] == [wire_hash(e) for e in two]


# What the log already holds


LOGGED: list[MarketEvent] = [
    option_quote(1, 0, bid_micros=None),
    option_trade(1, 1, conditions=(1, 2)),
    option_trade(2, 2, conditions=()),
    equity_quote(1, 3, ask_size=None),
    equity_trade(1, 4, conditions=(3,)),
]


@pytest.mark.parametrize("event", LOGGED)
def test_a_row_of_the_log_hashes_like_its_event(
    conn: psycopg.Connection[Any], event: MarketEvent
) -> None:
    ingest_cut(LOGGED)
    kind = next(kind for kind, cls in zip(KINDS, _classes(), strict=True) if type(event) is cls)
    with conn.cursor(binary=True) as cursor:
        wire = ", ".join(SPECS[kind].wire)
        cursor.execute(
            f"SELECT {wire} FROM {kind} WHERE source_uid = %s::text::uuid", (event.uid.hex(),)
        )
        found = [row_wire_hash(kind, row, Instruments(conn)) for row in cursor.fetchall()]

    assert found == [wire_hash(event)]


def _classes() -> list[type]:
    return [OptionPrint, OptionQuote, EquityPrint, EquityQuote]


@pytest.mark.parametrize("how", ["tail", "present"])
def test_a_builder_that_read_the_log_stores_none_of_it_again(
    conn: psycopg.Connection[Any], how: str
) -> None:
    ingest_cut(LOGGED, source="b")
    builder = make_builder(conn)
    for kind, head in builder.heads.items():
        row = conn.execute("SELECT id FROM stream WHERE kind = %s", (kind,)).fetchone()
        assert row is not None
        head.id = row[0]
    if how == "tail":
        remember_tail(conn, builder, Instruments(conn))
    else:
        remember_present(conn, builder, Instruments(conn), [*LOGGED, option_trade(99, 1)])
    for event in [*LOGGED, option_trade(99, 1)]:
        builder.add(event)

    assert (builder.counters.duplicates, builder.counters.stored) == (len(LOGGED), 1)
    assert builder.conflicts == []


def test_an_empty_stream_is_not_asked(conn: psycopg.Connection[Any]) -> None:
    builder = make_builder(conn)
    for head in builder.heads.values():
        head.next_seq = 1
    conn.close()

    remember_present(conn, builder, builder._instruments, LOGGED)
