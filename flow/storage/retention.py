"""What is kept how long: old chunks of live tables go, imports and runs are never touched.

Dropping a chunk is one catalogue change whatever its size; what is no hypertable (manifest,
quarantine) goes in small deletes.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connections, transaction

from flow.storage.schemas import LIVE, SCHEMA_OF

SCHEMA = SCHEMA_OF[LIVE]
DELETE_BATCH = 5_000
LOCK_PATIENCE = "5s"


class Kind(NamedTuple):
    """What is kept equally long: hypertables, and the stream kinds whose manifest goes too."""

    name: str
    days: int
    hypertables: tuple[str, ...]
    streams: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


# Source: platform errata 51; derived rows and stories are kept and so have no entry. What goes of
# news is the log's copy, which replays nothing once the prints beside it are gone.
KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "prints",
            365,
            ("option_print", "equity_print", "news"),
            streams=("option_print", "equity_print", "news"),
        ),
        Kind(
            "quotes", 14, ("option_quote", "equity_quote"), streams=("option_quote", "equity_quote")
        ),
        Kind("control", 365, ("control",), rows=("quarantine",)),
    )
}


class Chunk(NamedTuple):
    """One chunk of a live hypertable. `rows` is the catalogue's estimate, not a count."""

    table: str
    name: str
    first: datetime
    last: datetime
    rows: int


class Pruned(NamedTuple):
    """What one kind lost, or would lose: chunks, and rows of plain tables by name."""

    kind: str
    cutoff: datetime
    chunks: list[Chunk]
    rows: dict[str, int]


def prune(kind: Kind, older_than: timedelta, *, dry_run: bool = False) -> Pruned:
    """Drop what is wholly older than `older_than` by the database's clock.

    Errors: django.db.OperationalError when a table stays locked for longer than five seconds.
    """
    cutoff = _cutoff(older_than)
    chunks = [chunk for table in kind.hypertables for chunk in _old_chunks(table, cutoff)]
    if dry_run:
        return Pruned(kind.name, cutoff, chunks, {})
    dropped: set[str] = set()
    for table in kind.hypertables:
        dropped |= _drop_chunks(table, cutoff)
    rows = {"batch": _delete_manifest(kind.streams, cutoff)} if kind.streams else {}
    rows |= {table: _delete_rows(table, cutoff) for table in kind.rows}
    return Pruned(kind.name, cutoff, [chunk for chunk in chunks if chunk.name in dropped], rows)


def _cutoff(older_than: timedelta) -> datetime:
    with connections[LIVE].cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp() - make_interval(secs => %s)", [older_than.total_seconds()]
        )
        cutoff: datetime = cursor.fetchone()[0]
        return cutoff


def _old_chunks(table: str, cutoff: datetime) -> Iterator[Chunk]:
    with connections[LIVE].cursor() as cursor:
        cursor.execute(
            """SELECT k.chunk_schema || '.' || k.chunk_name, k.range_start, k.range_end,
                      greatest(c.reltuples, 0)::bigint
               FROM timescaledb_information.chunks k
               JOIN pg_namespace n ON n.nspname = k.chunk_schema
               JOIN pg_class c ON c.relname = k.chunk_name AND c.relnamespace = n.oid
               WHERE k.hypertable_schema = %s AND k.hypertable_name = %s AND k.range_end <= %s
               ORDER BY k.range_start""",
            [SCHEMA, table, cutoff],
        )
        rows = cursor.fetchall()
    for name, first, last, estimate in rows:
        yield Chunk(table, name, first, last, estimate)


def _drop_chunks(table: str, cutoff: datetime) -> set[str]:
    with transaction.atomic(using=LIVE), connections[LIVE].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_PATIENCE])
        cursor.execute(
            "SELECT drop_chunks(%s::regclass, older_than => %s)", [f"{SCHEMA}.{table}", cutoff]
        )
        return {str(row[0]) for row in cursor.fetchall()}


def _delete_manifest(kinds: tuple[str, ...], cutoff: datetime) -> int:
    """Delete old manifest rows from the front of each stream, so that no hole ever shows.

    The newest row of a stream stays: the next batch is numbered after it.
    """
    with connections[LIVE].cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {SCHEMA}.stream WHERE kind = ANY(%s) ORDER BY id",  # noqa: S608
            [list(kinds)],
        )
        streams = [int(row[0]) for row in cursor.fetchall()]
    return sum(_in_batches(_MANIFEST, {"stream": stream, "cutoff": cutoff}) for stream in streams)


def _delete_rows(table: str, cutoff: datetime) -> int:
    return _in_batches(_ROWS.format(table=table), {"cutoff": cutoff})


# Both look at the oldest rows by key only, so that finding nothing costs as little as one batch.
_MANIFEST = f"""
    DELETE FROM {SCHEMA}.batch b USING (
        SELECT stream, batch_no,
               min(batch_no) FILTER (WHERE committed_at >= %(cutoff)s) OVER () AS first_young
        FROM (
            SELECT stream, batch_no, committed_at FROM {SCHEMA}.batch
            WHERE stream = %(stream)s
              AND batch_no < (SELECT max(batch_no) FROM {SCHEMA}.batch WHERE stream = %(stream)s)
            ORDER BY batch_no LIMIT {DELETE_BATCH}) front) old
    WHERE b.stream = old.stream AND b.batch_no = old.batch_no
      AND (old.first_young IS NULL OR b.batch_no < old.first_young)"""  # noqa: S608 - constants of this module
_ROWS = f"""
    DELETE FROM {SCHEMA}.{{table}} WHERE id IN (
        SELECT id FROM (
            SELECT id, received_at FROM {SCHEMA}.{{table}} ORDER BY id LIMIT {DELETE_BATCH}) old
        WHERE received_at < %(cutoff)s)"""  # noqa: S608 - constants of this module


def _in_batches(sql: str, parameters: dict[str, Any]) -> int:
    total = 0
    while True:
        with connections[LIVE].cursor() as cursor:
            cursor.execute(sql, parameters)
            count = int(cursor.rowcount)
        total += count
        if count < DELETE_BATCH:
            return total
