"""Streams, instruments, calendar, runs and requests: the rows that everything else points at."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connections

from flow.domain.events import StreamKind
from flow.domain.sessions import Session
from flow.domain.units import to_datetime
from flow.models import ControlRequest, SessionDay
from flow.reference.session_days import fill_session_days
from flow.storage.calendar import load_calendar
from flow.storage.control import NoTuning, newest_tuning
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.routers import OneOwner
from flow.storage.runs import run_number
from flow.storage.schemas import ALIAS_OF_SCHEMA, CHUNK, SCHEMA_OF, alias_of
from flow.storage.streams import open_stream, streams_of
from signals.tuning import active_revision
from tests.support.market import CALL, PUT, TS, rows
from tests.support.workers import make_run

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def conn(log_db: None) -> Iterator[psycopg.Connection[Any]]:
    with connect("default", "reference") as made:
        yield made


# Streams


def test_a_stream_is_made_once_and_found_again(conn: psycopg.Connection[Any]) -> None:
    first = open_stream(conn, run=0, source="s", kind="news", capabilities={"delay_us": 3})
    again = open_stream(conn, run=0, source="s", kind="news")

    assert first == again
    assert (first.next_seq, first.batch_no, first.clock, first.tuning_revision) == (
        1,
        0,
        None,
        None,
    )
    assert rows("SELECT name, capabilities->>'delay_us' FROM stream") == [("s:news", "3")]


def test_a_stream_takes_what_its_feed_declares_anew(conn: psycopg.Connection[Any]) -> None:
    first = open_stream(conn, run=0, source="s", kind="news", capabilities={"delay_us": 3})

    assert open_stream(conn, run=0, source="s", kind="news", capabilities={"delay_us": 9}) == first
    assert rows("SELECT capabilities->>'delay_us' FROM stream") == [("9",)]


def test_streams_opened_at_once_are_one() -> None:
    """A worker and its feed may both be first: many tries, all at one barrier, for the race."""
    start = threading.Barrier(4)

    def make(_: int) -> list[int]:
        with connect("default", "opener") as conn:
            found = []
            for attempt in range(50):
                start.wait(timeout=20)
                found.append(open_stream(conn, run=0, source=f"s{attempt}", kind="news").id)
            return found

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(make, range(4))
    assert len(set(first)) == 50
    assert others == [first] * 3


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (None, ["a:equity_print", "a:option_print", "b:option_print"]),
        ("option_print", ["a:option_print", "b:option_print"]),
        ("news", []),
    ],
)
def test_streams_of_a_run_come_by_name(
    conn: psycopg.Connection[Any], kind: StreamKind | None, names: list[str]
) -> None:
    open_stream(conn, run=0, source="b", kind="option_print")
    open_stream(conn, run=0, source="a", kind="option_print")
    open_stream(conn, run=0, source="a", kind="equity_print")

    found = streams_of(conn, run=0, kind=kind)
    assert [f"{head.source}:{head.kind}" for head in found] == names


def test_the_same_source_in_two_runs_has_two_streams() -> None:
    one, two = make_run("one"), make_run("two")
    with connect("runs", "reference") as conn:
        heads = [open_stream(conn, run=r.id, source="s", kind="news") for r in (one, two)]
        assert heads[0].id != heads[1].id
        assert streams_of(conn, run=one.id) == [heads[0]]


# Instruments


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (CALL, ("SPY", date(2023, 12, 15), 450_000_000, "C", 100)),
        ("SPXW-2025-01-15-5900.5-P", ("SPX", date(2025, 1, 15), 5_900_500_000, "P", 100)),
        ("what is this", ("UNKNOWN", None, None, None, None)),
        ("", ("UNKNOWN", None, None, None, None)),
    ],
)
def test_a_contract_row_says_what_its_name_says(
    conn: psycopg.Connection[Any], name: str, columns: tuple[object, ...]
) -> None:
    Instruments(conn).contract(name)

    assert rows(
        """SELECT y.name, c.expiry, c.strike_micros, c."right", c.multiplier
           FROM contract c JOIN symbol y ON y.id = c.symbol_id"""
    ) == [columns]


def test_two_processes_agree_on_ids(conn: psycopg.Connection[Any]) -> None:
    with connect("default", "other") as other:
        one, two = Instruments(conn), Instruments(other)
        assert one.contract(CALL) == two.contract(CALL)
        assert two.contract(PUT) == one.contract(PUT)
        assert one.symbol("QQQ") == two.symbol("QQQ")
    assert one.contract(CALL)[1] == one.contract(PUT)[1] == one.symbol("SPY")


def test_names_met_together_are_made_in_one_transaction_and_once(
    conn: psycopg.Connection[Any],
) -> None:
    one, two = Instruments(conn), Instruments(conn)
    known = one.contract(PUT)
    one.meet(
        {CALL: "", PUT: "", "SPXW-2025-01-15-5900.5-P": "", "butterfly": "SPX", "junk": ""},
        ["QQQ", "SPY"],
    )
    made = rows("SELECT count(*), count(DISTINCT xmin::text) FROM contract WHERE name <> %s", PUT)
    two.meet({CALL: "", "junk": ""}, ["QQQ"])

    assert made == [(4, 1)]
    assert one.contract(PUT) == known
    assert one.contract("butterfly")[1] == one.symbol("SPX")
    assert one.contract("junk")[1] == one.symbol("UNKNOWN")
    assert rows("SELECT name FROM symbol ORDER BY name") == [
        ("QQQ",), ("SPX",), ("SPY",), ("UNKNOWN",)
    ]  # fmt: skip
    assert [two.contract(CALL), two.symbol("QQQ")] == [one.contract(CALL), one.symbol("QQQ")]


def test_texts_read_together_are_known_in_both_directions(conn: psycopg.Connection[Any]) -> None:
    fresh, other = Instruments(conn), Instruments(conn)
    call, put = other.contract(CALL), other.contract(PUT)

    fresh.read_contracts([call[0], put[0], 4711])

    assert [fresh.contract_name(number) for number, _ in (call, put)] == [CALL, PUT]
    assert fresh.contract(CALL) == call
    with pytest.raises(LookupError, match="no contract with id 4711"):
        fresh.contract_name(4711)


def test_a_fresh_process_reads_names_by_id(conn: psycopg.Connection[Any]) -> None:
    contract, symbol = Instruments(conn).contract(CALL)

    fresh = Instruments(conn)
    assert (fresh.contract_name(contract), fresh.symbol_name(symbol)) == (CALL, "SPY")


def test_live_and_runs_share_instruments(conn: psycopg.Connection[Any]) -> None:
    with connect("runs", "other") as other:
        assert Instruments(other).contract(CALL) == Instruments(conn).contract(CALL)


def test_an_id_that_is_gone_is_named(conn: psycopg.Connection[Any]) -> None:
    instruments = Instruments(conn)

    with pytest.raises(LookupError, match="no contract with id 4711"):
        instruments.contract_name(4711)
    with pytest.raises(LookupError, match="no symbol with id 4711"):
        instruments.symbol_name(4711)


# The calendar


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2013, 10, 7), 6.5),
        (date(2023, 11, 24), 3.5),
        (date(2015, 12, 24), 3.5),
        (date(2024, 7, 3), 3.5),
        (date(2023, 11, 23), None),
        (date(2025, 1, 9), None),
        (date(2023, 11, 25), None),
    ],
)
def test_the_calendar_knows_full_half_and_closed_days(day: date, hours: float | None) -> None:
    found = SessionDay.objects.filter(date=day).first()
    opened = None if found is None else (found.close_at - found.open_at).total_seconds() / 3600

    assert opened == hours
    assert found is None or found.early_close == (hours != 6.5)


def test_a_filled_calendar_is_left_alone() -> None:
    before = SessionDay.objects.count()

    assert fill_session_days() == 0
    assert SessionDay.objects.count() == before > 6_000


def test_the_stamper_gets_the_sessions_of_the_table(conn: psycopg.Connection[Any]) -> None:
    calendar = load_calendar(conn)

    assert calendar.locate(TS) == (Session.REGULAR, date(2023, 11, 15).toordinal())
    day = SessionDay.objects.get(date=date(2023, 11, 15))
    assert day.open_at < to_datetime(TS) < day.close_at


# Runs, requests, schemas


def test_run_names_lead_to_numbers() -> None:
    run = make_run("aig")

    assert (run_number("live"), run_number("aig")) == (0, run.id)


def test_an_unknown_run_names_the_newest_that_exist() -> None:
    for n in range(22):
        make_run(f"r{n}")

    with pytest.raises(LookupError) as caught:
        run_number("r99")
    text = str(caught.value)
    assert "run is 'r99'" in text
    assert text.endswith(": " + ", ".join(f"r{n}" for n in range(21, 1, -1)))


def test_the_newest_request_holds(conn: psycopg.Connection[Any]) -> None:
    first = active_revision()
    assert first is not None
    assert newest_tuning(conn)["revision"] == first.pk
    ControlRequest.objects.create(kind="tuning", payload={"revision": 77})
    ControlRequest.objects.create(kind="halt", payload={"revision": 78})

    assert newest_tuning(conn) == {"revision": 77}


def test_no_request_at_all_says_what_to_do(conn: psycopg.Connection[Any]) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute("DELETE FROM control_request")
        with pytest.raises(NoTuning, match="bin/manage migrate"):
            newest_tuning(conn)


@pytest.mark.parametrize(("run", "alias"), [(0, "default"), (1, "runs"), (10**6, "runs")])
def test_run_zero_alone_lives_in_live(run: int, alias: str) -> None:
    assert alias_of(run) == alias
    assert SCHEMA_OF[alias_of(run)] == ("live" if run == 0 else "runs")


def test_schemas_and_aliases_are_one_to_one() -> None:
    assert {alias: ALIAS_OF_SCHEMA[schema] for alias, schema in SCHEMA_OF.items()} == {
        alias: alias for alias in SCHEMA_OF
    }
    assert set(CHUNK) == set(SCHEMA_OF.values())


@pytest.mark.parametrize(("alias", "allowed"), [("default", None), ("runs", False)])
def test_migrations_run_through_one_alias(alias: str, allowed: bool | None) -> None:
    assert OneOwner().allow_migrate(alias, "flow", model_name="x") is allowed


@pytest.mark.parametrize("alias", ["default", "runs"])
def test_every_raw_table_is_cut_into_chunks_in_both_schemas(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT hypertable_name FROM timescaledb_information.hypertables
               WHERE hypertable_schema = %s""",
            [SCHEMA_OF[alias]],
        )
        found = {row[0] for row in cursor.fetchall()}
    assert {"option_print", "option_quote", "equity_print", "equity_quote", "control"} <= found
    assert {"packet", "smart_money_event", "classifier_hit", "alert", "evidence_link"} <= found
