"""How long prints took until something was derived, from a log whose times are known."""

from typing import Any

import psycopg
import pytest

from flow.storage.db import connect
from islandflow.bench.load import LAGS
from tests.support.workers import derive_all, ingest_all, seed_items

pytestmark = pytest.mark.usefixtures("log_db")

PLAIN = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM l.committed_at - p.ts)),
           percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM l.committed_at - p.ts)),
           max(extract(epoch FROM l.committed_at - p.ts)),
           percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM b.committed_at - p.ts))
    FROM option_print p
    JOIN batch b ON b.stream = p.stream AND p.seq BETWEEN b.first_seq AND b.last_seq
    JOIN step_ledger l ON l.stream = b.stream AND b.batch_no BETWEEN l.first_batch AND l.last_batch
    WHERE p.flags & 1 = 0"""
EVERYTHING_S = -1e6  # begins long before the first step


def lags(conn: psycopg.Connection[Any]) -> tuple[float, ...]:
    row = conn.execute(LAGS, (EVERYTHING_S,)).fetchone()
    assert row is not None
    return tuple(float(value) for value in row)


def test_each_print_counts_from_its_own_time_to_its_own_step() -> None:
    ingest_all(seed_items(2_000), chunk=100)
    derive_all(max_entries=300)
    with connect("default", "test") as conn:
        plain = conn.execute(PLAIN).fetchone()

        assert plain is not None
        assert lags(conn) == pytest.approx(tuple(float(value) for value in plain), abs=1e-5)


def test_a_print_that_came_too_late_says_nothing_about_us() -> None:
    ingest_all(seed_items(500), chunk=100)
    derive_all()
    with connect("default", "test") as conn:
        before = lags(conn)
        conn.execute(
            """UPDATE option_print SET flags = flags | 1, ts = ts - interval '1 hour'
               WHERE seq = (SELECT max(seq) FROM option_print)"""
        )

        assert lags(conn)[2] == pytest.approx(before[2])
