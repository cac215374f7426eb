"""One commit of the log: everything or nothing, proved by its manifest row."""

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import Control, Malformed
from flow.domain.ids import content_uid
from flow.storage import leases
from flow.storage.db import connect
from flow.storage.instruments import Instruments
from flow.storage.kinds import option_quote_row
from flow.storage.leases import Lease, LeaseLost
from flow.storage.streams import StreamHead, open_stream
from flow.storage.writer import Batch, Commit, Counters, control_uid, entries_crc, write
from tests.support.market import CALL, SECOND, TS, count, option_quote, rows

pytestmark = pytest.mark.usefixtures("log_db")


class Rig(NamedTuple):
    """What a writer holds: a connection, a lease, a stream of quotes and its contract."""

    conn: psycopg.Connection[Any]
    lease: Lease
    head: StreamHead
    contract: int

    def batch(self, *numbers: int, clock: int | None = None) -> Batch:
        """Return a batch with one quote per number, and a clock after them."""
        batch = Batch(self.head, self.head.next_seq)
        for n in numbers:
            event = option_quote(n, n)
            seq = batch.take_seq()
            batch.rows.append(
                option_quote_row(
                    event, stream=self.head.id, seq=seq, received_at=TS, contract=self.contract
                )
            )
        if clock is not None:
            batch.add_control("clock", clock)
        return batch

    def commit(self, *batches: Batch, **changes: Any) -> Commit:
        fields: dict[str, Any] = {
            "source": "rig", "run": 0, "batches": list(batches), "cursor": {"at": 1},
            "received_at": TS,
        }  # fmt: skip
        return Commit(**(fields | changes))

    def write(self, *batches: Batch, **changes: Any) -> None:
        write(self.conn, self.lease, self.commit(*batches, **changes))


@pytest.fixture
def rig(log_db: None) -> Iterator[Rig]:
    with connect("default", "writer") as conn:
        lease = leases.take(conn, "ingest:0:rig")
        assert lease is not None
        head = open_stream(conn, run=0, source="rig", kind="option_quote")
        yield Rig(conn, lease, head, Instruments(conn).contract(CALL)[0])


def manifest() -> list[tuple[Any, ...]]:
    return rows("SELECT batch_no, first_seq, last_seq, n, n_control FROM batch ORDER BY batch_no")


def test_batches_follow_each_other_without_holes(rig: Rig) -> None:
    rig.write(rig.batch(1, 2, 3))
    rig.write(rig.batch(4, clock=TS + 4))
    rig.write(rig.batch(clock=TS + 5))

    assert manifest() == [(1, 1, 3, 3, 0), (2, 4, 5, 2, 1), (3, 6, 6, 1, 1)]
    assert (rig.head.next_seq, rig.head.batch_no, rig.head.clock) == (7, 3, TS + 5)


def test_an_empty_batch_writes_the_cursor_and_no_manifest_row(rig: Rig) -> None:
    rig.write(rig.batch(), cursor={"at": 9})

    assert manifest() == []
    assert rows("SELECT cursor->>'at' FROM feed_cursor") == [("9",)]
    assert rig.head.next_seq == 1


def test_the_head_in_the_database_is_the_head_in_memory(rig: Rig) -> None:
    rig.write(rig.batch(1, 2, clock=TS + 2))

    again = open_stream(rig.conn, run=0, source="rig", kind="option_quote")
    assert again == rig.head


def test_a_manifest_row_tells_the_times_of_rows_and_of_entries_apart(rig: Rig) -> None:
    batch = rig.batch(7, 3)
    batch.add_control("clock", TS - SECOND)
    batch.add_control("clock", TS + SECOND)
    rig.write(batch)

    found = rows(
        """SELECT extract(epoch FROM max_ts - min_ts) * 1000000,
                  extract(epoch FROM control_max_ts - control_min_ts) FROM batch"""
    )
    assert [(int(a), int(b)) for a, b in found] == [(4, 2)]


def test_a_clock_that_does_not_grow_leaves_the_head_where_it_is(rig: Rig) -> None:
    rig.write(rig.batch(1, clock=TS + 9))
    rig.write(rig.batch(2, clock=TS + 9))

    assert rig.head.clock == TS + 9


def test_a_row_that_is_there_already_writes_nothing_at_all(rig: Rig) -> None:
    rig.write(rig.batch(1, 2))
    bad = Malformed("bad_row", "x", b"x", "line 1")
    with pytest.raises(psycopg.errors.UniqueViolation):
        rig.write(rig.batch(3, 2), cursor={"at": 2}, malformed=[bad], gaps=[(TS, TS + 1)])

    assert [count(t) for t in ("option_quote", "batch", "quarantine", "gap")] == [2, 1, 0, 0]
    assert rows("SELECT cursor->>'at' FROM feed_cursor") == [("1",)]
    assert (rig.head.next_seq, rig.head.batch_no) == (3, 1)


def test_a_failed_commit_can_be_tried_again_on_the_same_head(rig: Rig) -> None:
    rig.write(rig.batch(1))
    with pytest.raises(psycopg.errors.UniqueViolation):
        rig.write(rig.batch(1))
    rig.write(rig.batch(2))

    assert manifest() == [(1, 1, 1, 1, 0), (2, 2, 2, 1, 0)]


def test_an_overtaken_writer_writes_nothing_at_all(rig: Rig) -> None:
    rig.conn.execute("UPDATE lease SET epoch = epoch + 1")
    with pytest.raises(LeaseLost):
        rig.write(rig.batch(1), malformed=[Malformed("bad_row", "x", b"x", "line 1")])

    assert [count(t) for t in ("option_quote", "batch", "quarantine", "feed_cursor")] == [0] * 4


def test_two_heads_of_one_stream_cannot_both_commit(rig: Rig) -> None:
    """The lease forbids it; were it ever broken, the keys of manifest and rows still do."""
    twin = rig._replace(head=open_stream(rig.conn, run=0, source="rig", kind="option_quote"))
    rig.write(rig.batch(1))
    with pytest.raises(psycopg.errors.UniqueViolation):
        twin.write(twin.batch(2))

    assert count("option_quote") == 1


def test_the_epoch_of_the_writer_stands_in_the_manifest(rig: Rig) -> None:
    rig.write(rig.batch(1))
    rig.conn.execute("UPDATE lease SET expires_at = '-infinity'")
    later = leases.take(rig.conn, "ingest:0:rig")
    assert later is not None
    rig._replace(lease=later).write(rig.batch(2))

    assert rows("SELECT epoch FROM batch ORDER BY batch_no") == [(1,), (2,)]


def test_counters_add_up_over_commits_and_the_rest_is_replaced(rig: Rig) -> None:
    rig.write(
        rig.batch(1), counters=Counters(5, 1, 2, 2, 1), state="live", last_event_ts=TS + SECOND
    )
    rig.write(
        rig.batch(2), counters=Counters(1, 1), state="stopped", detail="why", last_event_ts=TS
    )

    assert rows(
        """SELECT received, stored, duplicates, quarantined, late, state, detail,
                  extract(epoch FROM last_event_ts)::int FROM feed_cursor"""
    ) == [(6, 2, 2, 2, 1, "stopped", "why", TS // SECOND + 1)]


def test_a_commit_without_input_leaves_the_time_of_the_last_input(rig: Rig) -> None:
    rig.write(rig.batch(1), counters=Counters(received=1, stored=1))
    before = rows("SELECT last_received_at, updated_at FROM feed_cursor")
    rig.write(rig.batch(clock=TS + 1), received_at=TS + 60 * SECOND)
    after = rows("SELECT last_received_at, updated_at FROM feed_cursor")

    assert after[0][0] == before[0][0]
    assert after[0][1] > before[0][1]


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("a", "line 1", b"x"), ("a", "line 1", b"x"), 1),
        (("a", "line 1", b"x"), ("b", "line 1", b"x"), 2),
        (("a", "line 1", b"x"), ("a", "line 2", b"x"), 2),
        (("a", "line 1", b"x"), ("a", "line 1", b"y"), 2),
        (("a", "", b""), ("a", "", b"\x00"), 2),
    ],
)
def test_quarantine_keeps_the_same_bytes_at_the_same_place_once(
    rig: Rig, first: tuple[str, str, bytes], second: tuple[str, str, bytes], kept: int
) -> None:
    for reason, where, raw in (first, second):
        rig.write(rig.batch(), malformed=[Malformed(reason, "d", raw, where)])

    assert count("quarantine") == kept


@pytest.mark.parametrize("raw", [b"", bytes(range(256)), b"\xff\x00\xfe"])
def test_quarantine_holds_the_raw_bytes_as_they_came(rig: Rig, raw: bytes) -> None:
    rig.write(rig.batch(), malformed=[Malformed("bad_row", "d", raw, "w")])

    assert [bytes(row[0]) for row in rows("SELECT raw FROM quarantine")] == [raw]


def test_live_tables_refuse_another_run_and_the_other_way_round(rig: Rig) -> None:
    bad = [Malformed("bad_row", "d", b"x", "w")]
    with pytest.raises(psycopg.errors.CheckViolation):
        rig.write(rig.batch(1), run=3, malformed=bad)
    assert count("option_quote") == 0
    with connect("runs", "writer") as conn, pytest.raises(psycopg.errors.CheckViolation):
        open_stream(conn, run=0, source="rig", kind="option_quote")


@given(
    st.lists(
        st.tuples(st.integers(1, 2**40), st.binary(min_size=16, max_size=16)),
        unique_by=lambda pair: pair[0],
        max_size=12,
    )
)
def test_the_crc_is_of_the_uids_in_the_order_of_positions(pairs: list[tuple[int, bytes]]) -> None:
    ordered = b"".join(uid for _, uid in sorted(pairs))

    assert entries_crc(pairs) == entries_crc(pairs[::-1]) == zlib.crc32(ordered)


@pytest.mark.parametrize(
    "other",
    [Control(2, "clock", TS), Control(1, "session_close", TS), Control(1, "clock", TS + 1)],
)
def test_what_a_control_entry_puts_into_the_crc_tells_entries_apart(other: Control) -> None:
    assert control_uid(Control(1, "clock", TS)) != control_uid(other)
    assert control_uid(Control(1, "clock", TS)) == content_uid("control", 1, "clock", TS)


def test_positions_are_given_once_and_counted() -> None:
    head = StreamHead(1, 0, "s", "option_print", 40, 3, None, None)
    batch = Batch(head, head.next_seq)

    assert (batch.take_seq(), batch.add_control("clock", TS).seq, batch.take_seq()) == (40, 41, 42)
    assert len(batch) == 3
