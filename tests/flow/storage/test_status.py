"""How the log stands: words of silence at their edges, heads of streams, what waits."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections

from flow.storage.db import connect
from flow.storage.status import (
    DEAD_AFTER_S,
    STALE_AFTER_S,
    SourceStatus,
    source_status,
    stream_status,
    waiting_batches,
)
from flow.storage.streams import open_stream
from signals.storage.status import compute_status


def source(**changes: Any) -> SourceStatus:
    fields: dict[str, Any] = dict.fromkeys(SourceStatus._fields, 0)
    return SourceStatus(**(fields | {"state": "live", "silence_s": 0.0} | changes))


def execute(sql: str, *values: Any, alias: str = "default") -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, values)


def stream(kind: str = "option_print", name: str = "wire", run: int = 0) -> int:
    with connect("runs" if run else "default", "test") as conn:
        return open_stream(conn, run=run, source=name, kind=kind).id  # type: ignore[arg-type]


def batches(of: int, *spans: tuple[int, int, int]) -> None:
    """Write manifest rows of (batch, first seq, last seq), each a minute after the other."""
    for number, first, last in spans:
        execute(
            """INSERT INTO live.batch (stream, batch_no, first_seq, last_seq, n, n_control, crc,
                                       origin, epoch, committed_at)
               VALUES (%s, %s, %s, %s, %s, 0, 0, 'test', 1,
                       clock_timestamp() - (10 - %s) * interval '1 minute')""",
            of, number, first, last, last - first + 1, number,
        )  # fmt: skip


def step(of: int, number: int, last_batch: int, *, shard: int = 0) -> None:
    execute(
        """INSERT INTO live.step_ledger (run, shard, step_no, stream, first_batch, last_batch,
               entries, outputs, alerts, digest, engine, tuning_revision, epoch)
           VALUES (0, %s, %s, %s, 1, %s, 1, 0, 0, '', 'engine-1', 1, 1)""",
        shard, number, of, last_batch,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "silence", "word"),
    [
        ("live", 0.0, "live"),
        ("live", STALE_AFTER_S - 0.001, "live"),
        ("live", STALE_AFTER_S, "stale"),
        ("live", DEAD_AFTER_S - 0.001, "stale"),
        ("live", DEAD_AFTER_S, "dead"),
        ("live", 1e9, "dead"),
        ("live", None, "starting"),
        ("live", -1.0, "live"),  # the feed's clock is ahead of ours
        ("reconnecting", 1.0, "live"),
        ("stopped", None, "stopped"),
        ("stopped", 1e9, "stopped"),
        ("finished", 1.0, "finished"),
    ],
)
def test_word_of_a_source_by_its_silence(state: str, silence: float | None, word: str) -> None:
    assert source(state=state, silence_s=silence).word == word


@pytest.mark.usefixtures("log_db")
def test_streams_of_a_run_are_its_own_in_the_order_of_their_names() -> None:
    ids = [stream(name="b"), stream(name="a"), stream("option_quote", "a")]
    stream(name="other", run=1)
    execute("UPDATE live.stream SET next_seq = 8, batch_no = 2, clock = %s WHERE id = %s",
            datetime(2014, 6, 5, tzinfo=UTC), ids[1])  # fmt: skip

    found = stream_status("default", 0)

    assert [(each.source, each.kind) for each in found] == [
        ("a", "option_print"), ("a", "option_quote"), ("b", "option_print"),
    ]  # fmt: skip
    assert (found[0].id, found[0].head_seq, found[0].batch_no) == (ids[1], 7, 2)
    assert found[0].clock == datetime(2014, 6, 5, tzinfo=UTC)
    assert (found[2].head_seq, found[2].clock, found[2].tuning_revision) == (0, None, None)
    assert [each.source for each in stream_status("runs", 1)] == ["other"]


@pytest.mark.usefixtures("log_db")
def test_source_that_never_received_has_neither_silence_nor_delay() -> None:
    execute("INSERT INTO live.feed_cursor (run, source, cursor) VALUES (0, 'new', '{}')")

    (found,) = source_status("default", 0)

    assert (found.silence_s, found.delay_s, found.word) == (None, None, "starting")
    assert (found.received, found.stored, found.duplicates, found.late) == (0, 0, 0, 0)
    assert source_status("runs", 1) == []


@pytest.mark.usefixtures("log_db")
@pytest.mark.parametrize(
    ("after", "count", "entries"), [(0, 3, 30), (1, 2, 20), (2, 1, 15), (3, 0, 0), (9, 0, 0)]
)
def test_waiting_is_what_lies_behind_a_batch(after: int, count: int, entries: int) -> None:
    of = stream()
    batches(of, (1, 1, 10), (2, 11, 15), (3, 16, 30))

    found = waiting_batches("default", of, after)

    assert (found.batches, found.entries) == (count, entries)
    if count:
        assert found.oldest_s == pytest.approx(60 * (9 - after), abs=30)
        assert found.newest_s == pytest.approx(60 * 7, abs=30)
    else:
        assert (found.oldest_s, found.newest_s) == (None, None)


@pytest.mark.usefixtures("log_db")
def test_compute_that_never_ran_waits_for_everything() -> None:
    of = stream()
    batches(of, (1, 1, 10), (2, 11, 15))

    (found,) = compute_status("default", 0)

    assert (found.step_no, found.last_batch, found.engine) == (None, 0, None)
    assert (found.waiting.batches, found.waiting.entries) == (2, 15)


@pytest.mark.usefixtures("log_db")
def test_compute_stands_at_the_newest_step_of_each_print_stream() -> None:
    busy, idle = stream(name="busy"), stream(name="idle")
    stream("option_quote", "busy")
    stocks = stream("equity_print", "stocks")
    batches(busy, (1, 1, 10), (2, 11, 15))
    batches(stocks, (1, 1, 7))
    batches(idle, (1, 1, 4))
    step(busy, 1, 1)
    step(busy, 2, 2)
    step(busy, 3, 1, shard=1)
    step(idle, 4, 1)

    found = {each.stream.split(":")[0]: each for each in compute_status("default", 0)}

    assert set(found) == {"busy", "idle", "stocks"}
    assert (found["stocks"].last_batch, found["stocks"].waiting.entries) == (0, 7)
    assert (found["busy"].step_no, found["busy"].last_batch) == (2, 2)
    assert (found["idle"].step_no, found["idle"].engine) == (4, "engine-1")
    assert found["busy"].waiting.batches == found["idle"].waiting.batches == 0
