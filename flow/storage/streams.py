"""Streams of the log: one row each, with the head that its one writer moves."""

from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from flow.domain.events import StreamKind


@dataclass
class StreamHead:
    """Where a stream ends. Only the holder of its source's lease moves it."""

    id: int
    run: int
    source: str
    kind: StreamKind
    next_seq: int
    batch_no: int
    clock: int | None
    tuning_revision: int | None


COLUMNS = "id, run, source, kind, next_seq, batch_no, clock, tuning_revision"


def open_stream(
    conn: psycopg.Connection[Any],
    *,
    run: int,
    source: str,
    kind: StreamKind,
    capabilities: dict[str, Any] | None = None,
) -> StreamHead:
    """Return the head of a stream, made on first use; a feed may declare something new. Commits."""
    name = f"{source}:{kind}" if run == 0 else f"run-{run}:{source}:{kind}"
    declared = msgspec.json.encode(capabilities or {}).decode()
    with conn.transaction(), conn.cursor(binary=True) as cursor:
        # A table with two unique keys: naming one lets two first openers collide on the other.
        cursor.execute(
            """INSERT INTO stream (run, source, kind, name, capabilities)
               VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            (run, source, kind, name, declared),
        )
        if capabilities is not None:
            cursor.execute(
                """UPDATE stream SET capabilities = %(declared)s
                   WHERE name = %(name)s AND capabilities IS DISTINCT FROM %(declared)s""",
                {"name": name, "declared": declared},
            )
        cursor.execute(f"SELECT {COLUMNS} FROM stream WHERE name = %s", (name,))  # noqa: S608
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - inserted or found in this transaction
    return StreamHead(*row)


def streams_of(
    conn: psycopg.Connection[Any], *, run: int, kind: StreamKind | None = None
) -> list[StreamHead]:
    """Return the streams of a run in the order of their names."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            f"""SELECT {COLUMNS} FROM stream
                WHERE run = %(run)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)
                ORDER BY name""",  # noqa: S608 - constant columns
            {"run": run, "kind": kind},
        )
        return [StreamHead(*row) for row in cursor.fetchall()]


def newest_ts(conn: psycopg.Connection[Any], streams: list[int]) -> int | None:
    """Return the largest event time of some streams by their manifests; None without rows."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute("SELECT max(max_ts) FROM batch WHERE stream = ANY(%s)", (streams,))
        row = cursor.fetchone()
    return row[0] if row else None


def is_closed(conn: psycopg.Connection[Any], head: StreamHead, last: int) -> bool:
    """Return whether the newest entry of a stream is a close at or after an event time."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT c.ts FROM batch b JOIN control c ON c.stream = b.stream
                   AND c.seq = b.last_seq AND c.ts BETWEEN b.control_min_ts AND b.control_max_ts
               WHERE b.stream = %s AND b.batch_no = %s AND c.kind = 'session_close'""",
            (head.id, head.batch_no),
        )
        row = cursor.fetchone()
    return row is not None and row[0] >= last
