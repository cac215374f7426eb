"""Reading the log in order: by manifest, then by position, never by time or id alone.

The manifest tells how many entries a batch has, between which times, and their CRC, so a reader
proves that it saw exactly what was written.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from flow.domain.events import Control, StampedEquityPrint, StampedPrint, StreamKind
from flow.domain.units import to_datetime
from flow.storage.instruments import Instruments
from flow.storage.kinds import SPECS, Row, stamped_equity_print, stamped_print
from flow.storage.writer import control_uid, entries_crc

Entry = StampedPrint | StampedEquityPrint | Control


class LogCorrupt(RuntimeError):
    """The rows do not agree with the manifest that was committed with them."""


@dataclass(frozen=True)
class BatchInfo:
    """One row of the manifest."""

    stream: int
    batch_no: int
    first_seq: int
    last_seq: int
    n: int
    n_control: int
    min_ts: int | None
    max_ts: int | None
    control_min_ts: int | None
    control_max_ts: int | None
    crc: int


_MANIFEST: LiteralString = """
    SELECT stream, batch_no, first_seq, last_seq, n, n_control, min_ts, max_ts,
           control_min_ts, control_max_ts, crc
    FROM batch WHERE stream = %s AND batch_no > %s AND batch_no <= %s
    ORDER BY batch_no LIMIT %s"""
FAR = 2**62
CONTRACT = SPECS["option_print"].columns.index("contract")


def read_manifest(
    conn: psycopg.Connection[Any], stream: int, *, after: int, limit: int, last: int = FAR
) -> list[BatchInfo]:
    """Return the batches after a number, oldest first, without holes.

    Errors: LogCorrupt when a number is missing.
    """
    with conn.cursor(binary=True) as cursor:
        cursor.execute(_MANIFEST, (stream, after, last, limit))
        infos = [BatchInfo(*row) for row in cursor.fetchall()]
    for expected, info in enumerate(infos, start=after + 1):
        if info.batch_no != expected:
            raise LogCorrupt(
                f"stream {stream}: batch {expected} is missing, {info.batch_no} follows;"
                " restore the database from a backup that has it"
            )
    return infos


def read_entries(
    conn: psycopg.Connection[Any],
    infos: list[BatchInfo],
    kind: StreamKind,
    instruments: Instruments,
) -> list[Entry]:
    """Return prints and control entries of consecutive batches of one print stream in seq order.

    Errors: LogCorrupt when counts or CRC differ from the manifest.
    """
    rows = read_rows(conn, kind, infos)
    halves: list[list[Entry]] = [[], [*read_controls(conn, infos)]]
    if kind == "option_print":
        instruments.read_contracts({row[CONTRACT] for row in rows})
        halves[0] += [stamped_print(row, instruments.contract_name) for row in rows]
    else:
        halves[0] += [stamped_equity_print(row, instruments.symbol_name) for row in rows]
    entries = list(heapq.merge(*halves, key=_seq))
    _prove(infos, entries)
    return entries


def read_rows(conn: psycopg.Connection[Any], kind: str, infos: list[BatchInfo]) -> list[Row]:
    """Return the raw rows of consecutive batches of one stream, ordered by seq."""
    times = [t for info in infos for t in (info.min_ts, info.max_ts) if t is not None]
    if not times:
        return []
    spec = SPECS[kind]
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            f"""SELECT {", ".join(spec.columns)} FROM {spec.name}
                WHERE stream = %s AND seq BETWEEN %s AND %s
                  AND ts BETWEEN %s AND %s
                ORDER BY seq""",  # noqa: S608 - names from the table's own specification
            (infos[0].stream, infos[0].first_seq, infos[-1].last_seq, *_bounds(times)),
        )
        return cursor.fetchall()


def read_controls(conn: psycopg.Connection[Any], infos: list[BatchInfo]) -> list[Control]:
    """Return the control entries of consecutive batches of one stream, ordered by seq."""
    times = [
        t for info in infos for t in (info.control_min_ts, info.control_max_ts) if t is not None
    ]
    if not times:
        return []
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT seq, kind, ts, payload FROM control
               WHERE stream = %s AND seq BETWEEN %s AND %s
                 AND ts BETWEEN %s AND %s
               ORDER BY seq""",
            (infos[0].stream, infos[0].first_seq, infos[-1].last_seq, *_bounds(times)),
        )
        return [Control(*row) for row in cursor.fetchall()]


def _bounds(times: list[int]) -> tuple[datetime, datetime]:
    return to_datetime(min(times)), to_datetime(max(times))


def _seq(entry: Entry) -> int:
    return entry.seq


def _prove(infos: list[BatchInfo], entries: list[Entry]) -> None:
    found = _by_batch(infos, entries)
    for info, part in zip(infos, found, strict=True):
        uids = [(e.seq, control_uid(e) if isinstance(e, Control) else e.uid) for e in part]
        if len(part) != info.n or entries_crc(uids) != info.crc:
            raise LogCorrupt(
                f"stream {info.stream} batch {info.batch_no}: {len(part)} entries read,"
                f" {info.n} committed, or their CRC differs; the table was changed from outside"
            )


def _by_batch(infos: list[BatchInfo], entries: list[Entry]) -> Iterator[list[Entry]]:
    position = 0
    for info in infos:
        part = []
        while position < len(entries) and entries[position].seq <= info.last_seq:
            part.append(entries[position])
            position += 1
        yield part
