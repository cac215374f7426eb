"""The log's own types on the wire: integers and bytes go in by COPY and come back unchanged."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.domain.units import from_datetime
from flow.storage.db import array_bytes, connect

pytestmark = pytest.mark.usefixtures("log_db")

PROPERTY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
INT2, INT8 = st.integers(-(2**15), 2**15 - 1), st.integers(-(2**63), 2**63 - 1)
MICROS = st.integers(-2_208_988_800_000_000, 4_102_444_800_000_000)  # 1900 to 2100
SIMPLE_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text('ab"\\{}é', max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture
def conn(log_db: None) -> Iterator[psycopg.Connection[Any]]:
    with connect("default", "adapters") as made:
        made.execute(
            """CREATE TEMP TABLE box (place int, t timestamptz, d date, u uuid, a2 int2[],
               a8 int8[], j jsonb)"""
        )
        yield made


def through(conn: psycopg.Connection[Any], column: str, pg_type: str, values: Sequence[Any]) -> Any:
    """Send values into a column by binary COPY and read them back in binary."""
    conn.execute("TRUNCATE box")
    sql = f"COPY box (place, {column}) FROM STDIN (FORMAT BINARY)"
    with conn.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(["int4", pg_type])
        for place, value in enumerate(values):
            copy.write_row((place, value))
    with conn.cursor(binary=True) as cursor:
        cursor.execute(f"SELECT {column} FROM box ORDER BY place")
        return [row[0] for row in cursor.fetchall()]


@PROPERTY
@given(st.lists(MICROS | st.none(), max_size=8))
def test_timestamps_round_trip_to_the_microsecond(
    conn: psycopg.Connection[Any], values: list[int | None]
) -> None:
    assert through(conn, "t", "timestamptz", values) == values


@PROPERTY
@given(st.lists(st.integers(1, 3_652_059) | st.none(), max_size=8))
def test_dates_round_trip_as_ordinals(
    conn: psycopg.Connection[Any], values: list[int | None]
) -> None:
    assert through(conn, "d", "date", values) == values


@PROPERTY
@given(st.lists(st.binary(min_size=16, max_size=16) | st.none(), max_size=8))
def test_uids_round_trip_as_sixteen_bytes(
    conn: psycopg.Connection[Any], values: list[bytes | None]
) -> None:
    assert through(conn, "u", "uuid", values) == values


@PROPERTY
@given(st.lists(st.lists(INT2, max_size=6).map(tuple), max_size=6))
def test_condition_arrays_round_trip(
    conn: psycopg.Connection[Any], values: list[tuple[int, ...]]
) -> None:
    assert [tuple(v) for v in through(conn, "a2", "int2[]", values)] == values


@PROPERTY
@given(st.lists(st.lists(INT8, max_size=20).map(tuple), max_size=4))
def test_position_arrays_round_trip(
    conn: psycopg.Connection[Any], values: list[tuple[int, ...]]
) -> None:
    assert [tuple(v) for v in through(conn, "a8", "int8[]", values)] == values


@PROPERTY
@given(st.lists(SIMPLE_JSON, max_size=5))
def test_encoded_json_is_stored_as_the_value_it_encodes(
    conn: psycopg.Connection[Any], values: list[Any]
) -> None:
    encoded = [msgspec.json.encode(value) for value in values]

    assert through(conn, "j", "jsonb", encoded) == values


@pytest.mark.parametrize(
    ("column", "pg_type", "value", "seen"),
    [
        ("t", "timestamptz", 0, datetime(1970, 1, 1, tzinfo=UTC)),
        ("t", "timestamptz", 946_684_800_000_000, datetime(2000, 1, 1, tzinfo=UTC)),
        ("t", "timestamptz", -1, datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("d", "date", date(2013, 10, 7).toordinal(), date(2013, 10, 7)),
        ("d", "date", date(1999, 12, 31).toordinal(), date(1999, 12, 31)),
        ("u", "uuid", bytes(range(16)), UUID(bytes=bytes(range(16)))),
        ("a2", "int2[]", (), []),
        ("a8", "int8[]", (), []),
        ("j", "jsonb", b"null", None),
    ],
)
def test_the_server_and_a_plain_client_see_the_same_value(
    conn: psycopg.Connection[Any], column: str, pg_type: str, value: object, seen: object
) -> None:
    through(conn, column, pg_type, [value])

    found = conn.execute(f"SELECT {column}::text FROM box").fetchone()
    assert found is not None
    with psycopg.connect(conn.info.dsn, password=conn.info.password) as other:
        row = other.execute(f"SELECT %s::text::{pg_type}", (found[0],)).fetchone()
    assert row is not None
    assert row[0] == seen


def test_an_empty_array_has_no_dimension(conn: psycopg.Connection[Any]) -> None:
    through(conn, "a2", "int2[]", [()])

    row = conn.execute("SELECT cardinality(a2), array_ndims(a2), a2 = '{}' FROM box").fetchone()
    assert row == (0, None, True)


def test_array_bytes_of_equal_items_are_equal() -> None:
    assert array_bytes((1, 2), 21, "h") == array_bytes([1, 2], 21, "h")
    assert array_bytes((), 20, "q") != array_bytes((0,), 20, "q")


@pytest.mark.parametrize("item", [2**15, -(2**15) - 1])
def test_a_condition_beyond_two_bytes_is_refused_and_not_cut(item: int) -> None:
    with pytest.raises(Exception, match=r"short format|format requires"):
        array_bytes((item,), 21, "h")


@pytest.mark.parametrize(("alias", "schema"), [("default", "live"), ("runs", "runs")])
def test_an_alias_reaches_the_log_of_its_own_schema(alias: str, schema: str) -> None:
    with connect(alias, "where") as conn:
        row = conn.execute(
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.oid = 'option_print'::regclass"
        ).fetchone()
    assert row == (schema,)


def test_a_worker_is_named_in_the_list_of_connections() -> None:
    with connect("default", "compute run 12" + "x" * 80) as conn:
        row = conn.execute("SELECT current_setting('application_name')").fetchone()
    assert row is not None
    assert row[0].startswith("islandflow compute run 12")
    assert len(row[0]) == 63


@pytest.mark.parametrize(
    ("setting", "value"),
    [("TimeZone", "UTC"), ("idle_in_transaction_session_timeout", "10s")],
)
def test_a_worker_connection_has_what_the_lease_relies_on(setting: str, value: str) -> None:
    with connect("default", "settings") as conn:
        assert conn.autocommit
        row = conn.execute("SELECT current_setting(%s)", (setting,)).fetchone()
    assert row == (value,)


def test_integers_of_a_worker_and_datetimes_of_the_web_are_one_instant(
    conn: psycopg.Connection[Any],
) -> None:
    (micros,) = through(conn, "t", "timestamptz", [1_700_060_000_123_456])
    text = conn.execute("SELECT t FROM box").fetchone()

    assert text is not None
    assert from_datetime(text[0]) == micros == 1_700_060_000_123_456
