"""What each kind keeps and loses, to the chunk and to the row, on the real TimescaleDB."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections

from flow.storage import retention
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.kinds import SPECS
from flow.storage.retention import DELETE_BATCH, KINDS, prune
from flow.storage.streams import open_stream
from tests.support.evidence import fill

pytestmark = pytest.mark.usefixtures("log_db")
YEAR = timedelta(days=365)


def value(sql: str, *values: Any) -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def execute(sql: str, *values: Any) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, values)


def count(table: str) -> int:
    return value(f"SELECT count(*) FROM live.{table}")


def stream() -> int:
    with connect("default", "test") as conn:
        return open_stream(conn, run=0, source="wire", kind="option_print").id


def batch(of: int, number: int, days: int) -> None:
    execute(
        """INSERT INTO live.batch (stream, batch_no, first_seq, last_seq, n, n_control, crc,
                                   origin, epoch, committed_at)
           VALUES (%s, %s, %s, %s, 1, 0, 0, 'test', 1,
                   clock_timestamp() - %s * interval '1 day')""",
        of, number, number, number, days,
    )  # fmt: skip


def numbers(of: int) -> list[int]:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT batch_no FROM live.batch WHERE stream = %s ORDER BY 1", [of])
        return [row[0] for row in cursor.fetchall()]


def quarantine(how_many: int, *, days: int) -> None:
    execute(
        """INSERT INTO live.quarantine (run, source, reason, detail, raw, uid, received_at)
           SELECT 0, 's', 'r', 'd', '', gen_random_uuid(),
                  clock_timestamp() - %s * interval '1 day' FROM generate_series(1, %s)""",
        days, how_many,
    )  # fmt: skip


def quotes(*days: float) -> None:
    """Write one option quote for each age in days."""
    of = stream()
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    spec = SPECS["option_quote"]
    sql = f"COPY {spec.name} ({', '.join(spec.columns)}) FROM STDIN (FORMAT BINARY)"
    with connect("default", "test") as conn:
        contract, _ = Instruments(conn).contract("TWX-2014-07-19-70-C")
    with connect("default", "test") as conn, conn.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(spec.types)
        for seq, age in enumerate(days, start=1):
            ts = now - int(age * 86_400_000_000)
            copy.write_row((of, seq, ts, ts, bytes(16), contract, 1, 2, 3, 4, seq))


@pytest.mark.parametrize(
    ("kind", "days", "tables"),
    [
        ("prints", 365, {"option_print", "equity_print", "news"}),
        ("quotes", 14, {"option_quote", "equity_quote"}),
        ("control", 365, {"control"}),
    ],
)
def test_kind_is_kept_as_long_as_the_errata_say(kind: str, days: int, tables: set[str]) -> None:
    assert (KINDS[kind].days, set(KINDS[kind].hypertables)) == (days, tables)


def test_kinds_together_are_every_raw_hypertable_once_and_no_derived_one() -> None:
    named = [table for kind in KINDS.values() for table in kind.hypertables]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """SELECT hypertable_name FROM timescaledb_information.hypertables
               WHERE hypertable_schema = 'live'"""
        )
        stored = {row[0] for row in cursor.fetchall()}

    derived = {"packet", "smart_money_event", "classifier_hit", "alert", "evidence_link"}
    assert len(named) == len(set(named))
    assert set(named) <= stored
    assert not set(named) & derived


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("prints", {"option_print", "equity_print"}),
        ("quotes", {"option_quote"}),
        ("control", set()),
    ],
)
def test_prune_of_a_kind_loses_its_tables_and_no_other(kind: str, lost: set[str]) -> None:
    fill(0, prints=5, alerts=0)
    before = {name: count(name) for name in ("option_print", "option_quote", "equity_print")}

    told = prune(KINDS[kind], YEAR, dry_run=True)
    done = prune(KINDS[kind], YEAR)

    after = {name: count(name) for name in before}
    assert after == {name: 0 if name in lost else rows for name, rows in before.items()}
    assert told.chunks == done.chunks
    assert {chunk.table for chunk in done.chunks} == lost


@pytest.mark.parametrize(
    ("older_than", "kept"), [(timedelta(days=20), 4), (timedelta(days=14), 3), (timedelta(), 1)]
)
def test_prune_loses_only_chunks_that_are_old_as_a_whole(older_than: timedelta, kept: int) -> None:
    quotes(0, 4, 10, 17)

    pruned = prune(KINDS["quotes"], older_than)

    assert count("option_quote") == kept
    assert len(pruned.chunks) == 4 - kept
    assert all(chunk.first < chunk.last <= pruned.cutoff for chunk in pruned.chunks)


def test_prune_reads_the_databases_clock() -> None:
    pruned = prune(KINDS["control"], timedelta(days=1), dry_run=True)

    assert abs(datetime.now(UTC) - timedelta(days=1) - pruned.cutoff) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ages", "kept"),
    [
        ((), []),
        ((400,), [1]),  # the newest stays: the next batch is numbered after it
        ((400, 400), [2]),
        ((400, 1), [2]),
        ((1, 1, 1), [1, 2, 3]),
        ((400, 1, 400, 1), [2, 3, 4]),  # a clock that jumped leaves no hole
        ((1, 400, 400), [1, 2, 3]),
    ],
)
def test_manifest_is_taken_from_the_front_without_a_hole(
    ages: tuple[int, ...], kept: list[int]
) -> None:
    of = stream()
    for number, days in enumerate(ages, start=1):
        batch(of, number, days)

    pruned = prune(KINDS["prints"], YEAR)

    assert numbers(of) == kept
    assert pruned.rows == {"batch": len(ages) - len(kept)}


def test_manifest_of_another_kind_of_stream_stays() -> None:
    of = stream()
    batch(of, 1, 400)
    batch(of, 2, 400)

    prune(KINDS["quotes"], timedelta(days=14))

    assert numbers(of) == [1, 2]


def test_rows_go_in_batches_until_none_is_left() -> None:
    quarantine(DELETE_BATCH + 3, days=400)
    quarantine(2, days=1)

    pruned = prune(KINDS["control"], YEAR)

    assert pruned.rows == {"quarantine": DELETE_BATCH + 3}
    assert count("quarantine") == 2


def test_dry_run_deletes_no_row_either() -> None:
    of = stream()
    batch(of, 1, 400)
    batch(of, 2, 400)
    quarantine(1, days=400)

    for kind in KINDS.values():
        assert prune(kind, YEAR, dry_run=True).rows == {}

    assert (numbers(of), count("quarantine")) == ([1, 2], 1)


def test_prune_twice_finds_nothing_the_second_time() -> None:
    fill(0, prints=5, alerts=0)
    prune(KINDS["prints"], YEAR)

    again = prune(KINDS["prints"], YEAR)

    assert (again.chunks, again.rows) == ([], {"batch": 0})


@pytest.fixture
def locked_prints(log_db: None) -> Iterator[None]:
    """Hold a lock on the prints as a long report would."""
    fill(0, prints=5, alerts=0)
    with connect("default", "test lock") as conn, conn.transaction():
        conn.execute("LOCK TABLE live.option_print IN ACCESS SHARE MODE")
        yield


@pytest.mark.usefixtures("locked_prints")
def test_prune_of_a_table_in_use_gives_up_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "LOCK_PATIENCE", "20ms")

    with pytest.raises(OperationalError):
        prune(KINDS["prints"], YEAR)

    assert count("option_print") == 5
