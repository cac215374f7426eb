"""One compute step in the database: derived rows, ledger and position commit together."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from flow.domain.candles.bar import Bar
from flow.failpoints import pass_failpoint
from flow.storage.instruments import Instruments
from flow.storage.leases import Lease, hold
from signals.engine.equities.dark.records import DarkEvent
from signals.engine.records import ENGINE_VERSION, Alert, EvidenceLink
from signals.operators import DerivedRow
from signals.storage.rows import SPECS, Place, Row

_encoder = msgspec.msgpack.Encoder()


@dataclass(frozen=True)
class Step:
    """One row of the ledger: which batches of which stream, and the digest of what they gave."""

    run: int
    shard: int
    step_no: int
    stream: int
    first_batch: int
    last_batch: int
    entries: int
    tuning_revision: int


@dataclass(frozen=True)
class LedgerRow:
    """A committed step as a restart reads it."""

    step_no: int
    stream: int
    first_batch: int
    last_batch: int
    digest: bytes
    engine: str


def digest_of(outputs: Sequence[DerivedRow]) -> bytes:
    """Return SHA-256 over the encoded outputs in their order: equal steps, equal digest."""
    digest = hashlib.sha256()
    for output in outputs:
        digest.update(type(output).__name__.encode())
        digest.update(_encoder.encode(output))
    return digest.digest()


def write_step(
    conn: psycopg.Connection[Any],
    lease: Lease,
    step: Step,
    outputs: Sequence[DerivedRow],
    *,
    instruments: Instruments,
    quote_streams: dict[str, int],
) -> None:
    """Write one step or nothing.

    Errors: LeaseLost; UniqueViolation when a derived row exists already, which is the alarm for
    nondeterminism and is never swallowed.
    """
    rows = _rows(step, outputs, instruments, quote_streams)
    with conn.transaction():
        hold(conn, lease)
        for kind, part in rows.items():
            _copy(conn, kind, part)
        pass_failpoint("compute_after_rows")
        _write_ledger(conn, lease, step, outputs)
        pass_failpoint("compute_after_ledger")
        pass_failpoint("compute_before_commit")
    pass_failpoint("compute_after_commit")


def _rows(
    step: Step,
    outputs: Sequence[DerivedRow],
    instruments: Instruments,
    quote_streams: dict[str, int],
) -> dict[type, list[Row]]:
    _meet_instruments(outputs, instruments)
    rows: dict[type, list[Row]] = defaultdict(list)
    for output in outputs:
        if isinstance(output, EvidenceLink):
            contract, symbol = 0, 0
        elif isinstance(output, DarkEvent | Bar):
            contract, symbol = 0, instruments.symbol(output.symbol)
        else:
            contract, symbol = instruments.contract(output.contract, output.underlying)
        place = Place(
            step.run, step.shard, step.step_no, step.stream, contract, symbol, quote_streams
        )
        rows[type(output)].append(SPECS[type(output)].row(output, place))
    return rows


def _meet_instruments(outputs: Sequence[DerivedRow], instruments: Instruments) -> None:
    """Give all names that are new in this step their ids together, before they are asked."""
    contracts: dict[str, str] = {}
    symbols: set[str] = set()
    for output in outputs:
        if isinstance(output, DarkEvent | Bar):
            symbols.add(output.symbol)
        elif not isinstance(output, EvidenceLink):
            contracts[output.contract] = output.underlying
    instruments.meet(contracts, symbols)


def _copy(conn: psycopg.Connection[Any], kind: type, rows: list[Row]) -> None:
    spec = SPECS[kind]
    sql = f"COPY {spec.name} ({', '.join(spec.columns)}) FROM STDIN (FORMAT BINARY)"
    with conn.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(spec.types)
        for row in rows:
            copy.write_row(row)


def _write_ledger(
    conn: psycopg.Connection[Any], lease: Lease, step: Step, outputs: Sequence[DerivedRow]
) -> None:
    times = [output.ts for output in outputs]
    with (
        conn.cursor() as cursor,
        cursor.copy(
            """COPY step_ledger (run, shard, step_no, stream, first_batch, last_batch, entries,
           outputs, alerts, out_min_ts, out_max_ts, digest, engine, tuning_revision, epoch)
           FROM STDIN (FORMAT BINARY)"""
        ) as copy,
    ):
        copy.set_types(
            ["int4", "int2", "int8", "int4", "int8", "int8", "int4", "int4", "int4"]
            + ["timestamptz"] * 2
            + ["bytea", "text", "int4", "int8"]
        )
        copy.write_row(
            (
                step.run,
                step.shard,
                step.step_no,
                step.stream,
                step.first_batch,
                step.last_batch,
                step.entries,
                len(outputs),
                sum(isinstance(output, Alert) for output in outputs),
                min(times, default=None),
                max(times, default=None),
                digest_of(outputs),
                ENGINE_VERSION,
                step.tuning_revision,
                lease.epoch,
            )
        )


def read_ledger(
    conn: psycopg.Connection[Any], *, run: int, shard: int, after: int, limit: int = 1_000
) -> list[LedgerRow]:
    """Return the next committed steps after a number, oldest first."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT step_no, stream, first_batch, last_batch, digest, engine FROM step_ledger
               WHERE run = %s AND shard = %s AND step_no > %s ORDER BY step_no LIMIT %s""",
            (run, shard, after, limit),
        )
        return [LedgerRow(*row) for row in cursor.fetchall()]


def positions(conn: psycopg.Connection[Any], *, run: int, shard: int, until: int) -> dict[int, int]:
    """Return the last batch of each stream that the steps up to a number have consumed."""
    rows = conn.execute(
        """SELECT s.id, (SELECT max(l.last_batch) FROM step_ledger l
                         WHERE l.run = %(run)s AND l.shard = %(shard)s AND l.stream = s.id
                           AND l.step_no <= %(until)s)
           FROM stream s WHERE s.run = %(run)s""",
        {"run": run, "shard": shard, "until": until},
    ).fetchall()
    return {int(stream): int(batch) for stream, batch in rows if batch is not None}


def safe_horizon(conn: psycopg.Connection[Any], *, run: int, shard: int) -> int:
    """Return the step after which a worker without a usable state steps again.

    A day before the newest step, and never before the oldest batch that retention has left. No
    window of this engine is open for that long, so what comes out at the end is the true state.
    """
    row = conn.execute(
        """SELECT max(step_no) FROM step_ledger l
           WHERE run = %(run)s AND shard = %(shard)s AND (
               committed_at < (SELECT max(committed_at) FROM step_ledger
                               WHERE run = %(run)s AND shard = %(shard)s) - interval '1 day'
               OR NOT EXISTS (SELECT 1 FROM batch b WHERE b.stream = l.stream
                              AND b.batch_no = l.first_batch))""",
        {"run": run, "shard": shard},
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def save_state(
    conn: psycopg.Connection[Any], lease: Lease, *, run: int, shard: int, step_no: int, blob: bytes
) -> None:
    """Save operator state with its own position; keeps the newest three. Errors: LeaseLost."""
    with conn.transaction():
        hold(conn, lease)
        conn.execute(
            """INSERT INTO operator_state (run, shard, step_no, version, sha256, blob)
               VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (run, shard, step_no) DO NOTHING""",
            (run, shard, step_no, ENGINE_VERSION, hashlib.sha256(blob).digest(), blob),
        )
        conn.execute(
            """DELETE FROM operator_state WHERE run = %(run)s AND shard = %(shard)s
               AND NOT session_close AND step_no < (
                   SELECT min(step_no) FROM (
                       SELECT step_no FROM operator_state
                       WHERE run = %(run)s AND shard = %(shard)s
                       ORDER BY step_no DESC LIMIT 3) newest)""",
            {"run": run, "shard": shard},
        )
    pass_failpoint("compute_after_state")


def saved_states(conn: psycopg.Connection[Any], *, run: int, shard: int) -> list[tuple[int, bytes]]:
    """Return (step_no, blob) of the whole snapshots of this engine version, newest first."""
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT step_no, sha256, blob FROM operator_state
               WHERE run = %s AND shard = %s AND version = %s ORDER BY step_no DESC LIMIT 3""",
            (run, shard, ENGINE_VERSION),
        )
        return [
            (int(step_no), bytes(blob))
            for step_no, sha256, blob in cursor.fetchall()
            if hashlib.sha256(blob).digest() == bytes(sha256)
        ]
