"""Saved states, ledger rows and the horizon: what a start of compute relies on."""

import io

import msgspec
import psycopg
import pytest
from django.core.management import CommandError, call_command

from flow.storage import leases
from flow.storage.db import connect
from flow.storage.leases import Lease
from signals.compute import ComputeWorker, Snapshot
from signals.engine.records import ENGINE_VERSION
from signals.storage import steps
from tests.support.workers import (
    derive_all,
    derived_digests,
    forget_derived,
    ingest_all,
    seed_items,
)

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def logged(log_db: None) -> None:
    ingest_all(seed_items(2_000), chunk=200)


def saved(conn: psycopg.Connection[object]) -> list[int]:
    rows = conn.execute("SELECT step_no FROM operator_state ORDER BY step_no").fetchall()
    return [int(row[0]) for row in rows]  # type: ignore[index]


def take(conn: psycopg.Connection[object]) -> Lease:
    lease = leases.take(conn, "compute:0:0")
    assert lease is not None
    return lease


def test_only_the_newest_three_states_are_kept(logged: None) -> None:
    with connect("default", "test") as conn:
        lease = take(conn)
        for step_no in range(1, 7):
            steps.save_state(conn, lease, run=0, shard=0, step_no=step_no, blob=b"x")
        assert saved(conn) == [4, 5, 6]


def test_a_state_saved_twice_at_one_step_stays_the_first(logged: None) -> None:
    with connect("default", "test") as conn:
        lease = take(conn)
        steps.save_state(conn, lease, run=0, shard=0, step_no=1, blob=b"first")
        steps.save_state(conn, lease, run=0, shard=0, step_no=1, blob=b"second")
        assert steps.saved_states(conn, run=0, shard=0) == [(1, b"first")]


def test_a_large_state_is_compressed_by_the_servers_fastest_method(logged: None) -> None:
    blob = b"packet" * 10_000
    with connect("default", "test") as conn:
        steps.save_state(conn, take(conn), run=0, shard=0, step_no=1, blob=blob)
        found = conn.execute(
            """SELECT pg_column_compression(o.blob), 'lz4' = ANY (p.enumvals)
               FROM operator_state o, pg_settings p WHERE p.name = 'default_toast_compression'"""
        ).fetchone()
        assert found is not None
        method, has_lz4 = found

        assert method == ("lz4" if has_lz4 else "pglz")
        assert steps.saved_states(conn, run=0, shard=0) == [(1, blob)]


def test_a_damaged_state_is_passed_over(logged: None) -> None:
    with connect("default", "test") as conn:
        lease = take(conn)
        steps.save_state(conn, lease, run=0, shard=0, step_no=1, blob=b"good")
        steps.save_state(conn, lease, run=0, shard=0, step_no=2, blob=b"bad")
        conn.execute("UPDATE operator_state SET blob = 'torn' WHERE step_no = 2")
        assert steps.saved_states(conn, run=0, shard=0) == [(1, b"good")]


def test_a_state_of_another_engine_is_not_offered(logged: None) -> None:
    with connect("default", "test") as conn:
        steps.save_state(conn, take(conn), run=0, shard=0, step_no=1, blob=b"x")
        conn.execute("UPDATE operator_state SET version = 'older'")
        assert steps.saved_states(conn, run=0, shard=0) == []


def test_an_overtaken_worker_saves_no_state(logged: None) -> None:
    with connect("default", "test") as conn:
        lease = take(conn)
        conn.execute("UPDATE lease SET epoch = epoch + 1")
        with pytest.raises(leases.LeaseLost):
            steps.save_state(conn, lease, run=0, shard=0, step_no=1, blob=b"x")
        assert saved(conn) == []


@pytest.mark.parametrize(
    "blob", [b"", b"\x00", msgspec.msgpack.encode(Snapshot({1: b"no"}, {1: 1}))]
)
def test_a_state_that_cannot_be_read_is_rebuilt_from_the_log(logged: None, blob: bytes) -> None:
    derive_all(max_entries=300)
    whole = derived_digests()
    with connect("default", "test") as conn:
        conn.execute("DELETE FROM operator_state")
        last = conn.execute("SELECT max(step_no) FROM step_ledger").fetchone()
        assert last is not None
        steps.save_state(conn, take(conn), run=0, shard=0, step_no=int(last[0]), blob=blob)
        conn.execute("UPDATE lease SET expires_at = '-infinity'")
    ingest_all(seed_items(2_600)[2_000:], resumes=False)
    derive_all()
    more = derived_digests()
    forget_derived()
    derive_all()

    assert derived_digests() == more
    assert more != whole


def test_an_older_engine_leaves_its_rows_and_the_new_one_goes_on(logged: None) -> None:
    derive_all(max_entries=300)
    before = derived_digests()
    with connect("default", "test") as conn:
        conn.execute("UPDATE operator_state SET version = 'older'")
        conn.execute("UPDATE step_ledger SET engine = 'older', digest = '\\x00'")
    steps_now = derive_all()

    assert derived_digests() == before
    assert steps_now > 0


def test_a_start_without_state_survives_retention_of_the_manifest(logged: None) -> None:
    derive_all(max_entries=200)
    before = derived_digests()
    with connect("default", "test") as conn:
        conn.execute("DELETE FROM operator_state")
        conn.execute("DELETE FROM batch WHERE batch_no <= 3")
        horizon = steps.safe_horizon(conn, run=0, shard=0)
    derive_all()

    assert horizon > 0
    assert derived_digests() == before


def test_the_horizon_is_a_day_of_steps(logged: None) -> None:
    derive_all(max_entries=200)
    with connect("default", "test") as conn:
        conn.execute(
            "UPDATE step_ledger SET committed_at = committed_at - interval '3 days'"
            " WHERE step_no <= 2"
        )
        assert steps.safe_horizon(conn, run=0, shard=0) == 2
        assert steps.safe_horizon(conn, run=0, shard=9) == 0


def test_the_ledger_bounds_the_times_of_its_outputs(logged: None) -> None:
    derive_all(max_entries=300)

    with connect("default", "test") as conn:
        outside = conn.execute(
            """SELECT count(*) FROM packet p JOIN step_ledger l
                   ON l.run = p.run AND l.shard = p.shard AND l.step_no = p.step_no
               WHERE p.ts NOT BETWEEN l.out_min_ts AND l.out_max_ts"""
        ).fetchone()
        totals = conn.execute(
            """SELECT (SELECT sum(outputs) FROM step_ledger),
                      (SELECT sum(alerts) FROM step_ledger), (SELECT count(*) FROM alert)"""
        ).fetchone()
    assert outside == (0,)
    assert totals is not None
    assert totals[0] == sum(digest.rows for digest in derived_digests())
    assert totals[1] == totals[2]


def test_the_ledger_is_read_in_pieces(logged: None) -> None:
    derive_all(max_entries=150)
    with connect("default", "test") as conn:
        whole = steps.read_ledger(conn, run=0, shard=0, after=0)
        pieces, last = [], 0
        while piece := steps.read_ledger(conn, run=0, shard=0, after=last, limit=2):
            pieces += piece
            last = piece[-1].step_no
    assert pieces == whole
    assert {row.engine for row in whole} == {ENGINE_VERSION}


def test_a_row_that_exists_already_is_an_alarm_and_never_swallowed(logged: None) -> None:
    derive_all()
    with connect("default", "test") as conn:
        conn.execute("TRUNCATE step_ledger, operator_state")
    worker = ComputeWorker(run=0)
    assert worker.take_over()
    with pytest.raises(psycopg.errors.UniqueViolation):
        worker.step()
    worker.close()


def test_the_command_says_what_a_damaged_log_means() -> None:
    ingest_all(seed_items(500))
    with connect("default", "test") as conn:
        conn.execute("DELETE FROM option_print WHERE seq = (SELECT max(seq) FROM option_print)")

    with pytest.raises(CommandError, match="the table was changed from outside"):
        call_command("compute", "--until-idle", stdout=io.StringIO())


def test_the_command_names_the_runs_when_one_is_unknown() -> None:
    with pytest.raises(CommandError, match="no run has that name; there are"):
        call_command("compute", "--run", "nothing")
