"""Logs that are odd: out of the order of time, damaged from outside, with holes."""

import pytest

from flow.domain.events import Control, StampedPrint
from flow.storage.db import connect
from flow.storage.tail import (
    LogCorrupt,
)
from tests.support.market import (
    TS,
    busy_minute,
    ingest_cut,
    option_log,
    option_trade,
    prints_of,
)

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def log(log_db: None) -> list[StampedPrint | Control]:
    """Six batches of ten events of all kinds."""
    ingest_cut(busy_minute(15), chunk=10)
    return option_log()


def test_entries_come_by_position_even_where_time_runs_backwards() -> None:
    ingest_cut([option_trade(n, at) for n, at in enumerate([9, 1, 8, 0, 9])], chunk=2)

    found = prints_of(option_log())
    assert [entry.ts - TS for entry in found] == [9, 1, 8, 0, 9]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM option_print WHERE seq = (SELECT max(seq) FROM option_print)",
        "DELETE FROM control WHERE kind = 'session_close'",
        "UPDATE option_print SET source_uid = gen_random_uuid() WHERE size = 900",
        "UPDATE control SET kind = 'halt' WHERE kind = 'session_close'",
        "UPDATE batch SET crc = crc + 1 WHERE batch_no = 3",
        """INSERT INTO control (stream, seq, ts, kind, received_at)
           SELECT stream, seq - 1, ts, kind, ts FROM control WHERE kind = 'clock' LIMIT 1""",
    ],
)
def test_damage_is_never_read_over(log: list[StampedPrint | Control], damage: str) -> None:
    with connect("default", "vandal") as conn:
        conn.execute(damage)

    with pytest.raises(LogCorrupt, match="was changed from outside"):
        option_log()


@pytest.mark.parametrize("hole", [1, 2, 6])
def test_a_hole_in_the_manifest_is_named(log: list[StampedPrint | Control], hole: int) -> None:
    with connect("default", "vandal") as conn:
        conn.execute("DELETE FROM batch WHERE batch_no = %s", (hole,))

    with pytest.raises(LogCorrupt, match=f"batch {hole} is missing, {hole + 1} follows"):
        option_log()
