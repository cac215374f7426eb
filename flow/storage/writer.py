"""The only way into the log: rows, control entries, manifest, cursor, in one fenced transaction.

A batch is n consecutive positions of one stream: rows by binary COPY and control entries between
them. All streams of a source commit together with the source's resume point, so a restart finds
either all of it or nothing.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psycopg

from flow.domain.events import Control, Malformed
from flow.domain.ids import content_uid
from flow.domain.units import to_datetime
from flow.failpoints import pass_failpoint
from flow.storage.kinds import SPECS, Row
from flow.storage.leases import Lease, hold
from flow.storage.streams import StreamHead

_SEQ, _TS, _UID = 1, 2, 4
Rates = tuple[float | None, float | None]  # events a second: achieved lately, asked for
QUARANTINED_BYTES = 65_536


@dataclass
class Batch:
    """What one stream gets in one commit, in the order of its positions."""

    head: StreamHead
    first_seq: int
    rows: list[Row] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    next_seq: int = 0

    def __post_init__(self) -> None:
        self.next_seq = self.first_seq

    def take_seq(self) -> int:
        """Return the next position; every position given must be filled."""
        seq = self.next_seq
        self.next_seq += 1
        return seq

    def add_control(self, kind: str, ts: int, payload: dict[str, Any] | None = None) -> Control:
        """Append a control entry at the next position."""
        control = Control(self.take_seq(), kind, ts, payload or {})
        self.controls.append(control)
        return control

    def __len__(self) -> int:
        return self.next_seq - self.first_seq


@dataclass
class Counters:
    """What became of what was received: received = stored + duplicates + quarantined."""

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    late: int = 0


@dataclass
class Commit:
    """Everything that one commit writes."""

    source: str
    run: int
    batches: list[Batch]
    cursor: dict[str, Any]
    received_at: int
    counters: Counters = field(default_factory=Counters)
    malformed: list[Malformed] = field(default_factory=list)
    origin: str = "live"
    state: str = "live"
    detail: str = ""
    last_event_ts: int | None = None
    gaps: list[tuple[int, int]] = field(default_factory=list)
    rates: Rates = (None, None)
    heard_at: int | None = None  # last sign of life, where a feed gives signs without data


def entries_crc(uids_by_seq: list[tuple[int, bytes]]) -> int:
    """Return the CRC-32 over the uids of a batch in the order of their positions."""
    return zlib.crc32(b"".join(uid for _, uid in sorted(uids_by_seq)))


def control_uid(control: Control) -> bytes:
    """Return what a control entry puts into the CRC of its batch."""
    return content_uid("control", control.seq, control.kind, control.ts)


def write(
    conn: psycopg.Connection[Any],
    lease: Lease,
    commit: Commit,
    *,
    beside: Callable[[psycopg.Connection[Any]], None] | None = None,
) -> None:
    """Write one commit, or nothing. `beside` writes what another app keeps of the same commit.

    Errors: LeaseLost when another worker has taken over; psycopg.errors.UniqueViolation when a
    row is there already (the caller de-duplicates against the log and tries again).
    """
    with conn.transaction():
        hold(conn, lease)
        filled = [batch for batch in commit.batches if len(batch)]
        for batch in filled:
            _copy_rows(conn, batch)
            _copy_controls(conn, batch, commit.received_at)
        pass_failpoint("ingest_after_copy")
        for batch in filled:
            _write_manifest(conn, batch, commit, lease.epoch)
        pass_failpoint("ingest_after_manifest")
        _write_quarantine(conn, commit)
        _write_gaps(conn, commit)
        if beside is not None:
            beside(conn)
        _write_cursor(conn, commit)
        pass_failpoint("ingest_before_commit")
    for batch in filled:
        _advance(batch)
    pass_failpoint("ingest_after_commit")


def _copy_rows(conn: psycopg.Connection[Any], batch: Batch) -> None:
    if not batch.rows:
        return
    spec = SPECS[batch.head.kind]
    sql = f"COPY {spec.name} ({', '.join(spec.columns)}) FROM STDIN (FORMAT BINARY)"
    with conn.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(spec.types)
        write_row = copy.write_row
        for row in batch.rows:
            write_row(row)


def _copy_controls(conn: psycopg.Connection[Any], batch: Batch, received_at: int) -> None:
    if not batch.controls:
        return
    sql = "COPY control (stream, seq, ts, kind, payload, received_at) FROM STDIN (FORMAT BINARY)"
    with conn.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(["int4", "int8", "timestamptz", "text", "jsonb", "timestamptz"])
        for entry in batch.controls:
            payload = msgspec.json.encode(entry.payload)
            copy.write_row((batch.head.id, entry.seq, entry.ts, entry.kind, payload, received_at))


def _write_manifest(
    conn: psycopg.Connection[Any], batch: Batch, commit: Commit, epoch: int
) -> None:
    head = batch.head
    times = [row[_TS] for row in batch.rows]
    control_times = [entry.ts for entry in batch.controls]
    crc = entries_crc(
        [(row[_SEQ], row[_UID]) for row in batch.rows]
        + [(entry.seq, control_uid(entry)) for entry in batch.controls]
    )
    clocks = [entry.ts for entry in batch.controls if entry.kind == "clock"]
    revisions = [e.payload["revision"] for e in batch.controls if e.kind == "tuning"]
    with (
        conn.cursor() as cursor,
        cursor.copy(
            """COPY batch (stream, batch_no, first_seq, last_seq, n, n_control, min_ts, max_ts,
           control_min_ts, control_max_ts, crc, origin, epoch) FROM STDIN (FORMAT BINARY)"""
        ) as copy,
    ):
        copy.set_types(
            ["int4", "int8", "int8", "int8", "int4", "int4"]
            + ["timestamptz"] * 4
            + ["int8", "text", "int8"]
        )
        copy.write_row(
            (
                head.id,
                head.batch_no + 1,
                batch.first_seq,
                batch.next_seq - 1,
                len(batch),
                len(batch.controls),
                min(times, default=None),
                max(times, default=None),
                min(control_times, default=None),
                max(control_times, default=None),
                crc,
                commit.origin,
                epoch,
            )
        )
    conn.execute(
        """UPDATE stream SET next_seq = %s, batch_no = %s,
               clock = coalesce(%s, clock),
               tuning_revision = coalesce(%s, tuning_revision)
           WHERE id = %s""",
        (
            batch.next_seq,
            head.batch_no + 1,
            to_datetime(max(clocks)) if clocks else None,
            revisions[-1] if revisions else None,
            head.id,
        ),
    )


def _advance(batch: Batch) -> None:
    head = batch.head
    head.next_seq = batch.next_seq
    head.batch_no += 1
    for entry in batch.controls:
        if entry.kind == "clock":
            head.clock = entry.ts if head.clock is None else max(head.clock, entry.ts)
        elif entry.kind == "tuning":
            head.tuning_revision = int(entry.payload["revision"])


def _write_quarantine(conn: psycopg.Connection[Any], commit: Commit) -> None:
    """Store bad input once: the same bytes at the same place of a source are one row."""
    if not commit.malformed:
        return
    with conn.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO quarantine (run, source, reason, detail, place, raw, uid, received_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s::uuid, %s)
               ON CONFLICT (run, source, uid) DO NOTHING""",
            [
                (
                    commit.run,
                    commit.source,
                    item.reason,
                    item.detail,
                    item.where,
                    item.raw[:QUARANTINED_BYTES],
                    content_uid(item.reason, item.where, item.raw.hex()).hex(),
                    to_datetime(commit.received_at),
                )
                for item in commit.malformed
            ],
        )


def _write_gaps(conn: psycopg.Connection[Any], commit: Commit) -> None:
    for start, end in commit.gaps:
        conn.execute(
            """INSERT INTO gap (run, source, scope, from_ts, to_ts, cause)
               VALUES (%s, %s, 'all', %s, %s, 'the feed fell behind and skipped')""",
            (commit.run, commit.source, to_datetime(start), to_datetime(end)),
        )


def _write_cursor(conn: psycopg.Connection[Any], commit: Commit) -> None:
    counters = commit.counters
    heard = commit.received_at if counters.received else commit.heard_at
    conn.execute(
        """INSERT INTO feed_cursor AS old (run, source, cursor, received, stored, duplicates,
               quarantined, late, state, detail, last_event_ts, last_received_at,
               events_per_s, asked_events_per_s)
           VALUES (%(run)s, %(source)s, %(cursor)s::jsonb, %(received)s, %(stored)s,
               %(duplicates)s, %(quarantined)s, %(late)s, %(state)s, %(detail)s, %(last)s,
               %(heard)s::timestamptz, %(achieved)s, %(asked)s)
           ON CONFLICT (run, source) DO UPDATE SET
               cursor = excluded.cursor,
               received = old.received + excluded.received,
               stored = old.stored + excluded.stored,
               duplicates = old.duplicates + excluded.duplicates,
               quarantined = old.quarantined + excluded.quarantined,
               late = old.late + excluded.late,
               state = excluded.state, detail = excluded.detail,
               last_event_ts = greatest(old.last_event_ts, excluded.last_event_ts),
               last_received_at = coalesce(excluded.last_received_at, old.last_received_at),
               events_per_s = excluded.events_per_s,
               asked_events_per_s = excluded.asked_events_per_s,
               updated_at = clock_timestamp()""",
        {
            "run": commit.run,
            "source": commit.source,
            "cursor": msgspec.json.encode(commit.cursor).decode(),
            "received": counters.received,
            "stored": counters.stored,
            "duplicates": counters.duplicates,
            "quarantined": counters.quarantined,
            "late": counters.late,
            "state": commit.state,
            "detail": commit.detail,
            "achieved": commit.rates[0],
            "asked": commit.rates[1],
            "last": None if commit.last_event_ts is None else to_datetime(commit.last_event_ts),
            "heard": None if heard is None else to_datetime(heard),
        },
    )
