"""Telling resends from new events by asking the log: after a restart, and for a second import."""

from collections.abc import Callable
from typing import Any

import psycopg

from flow.domain.events import MarketEvent
from flow.domain.units import to_datetime
from flow.storage.instruments import Instruments
from flow.storage.kinds import SPECS, Row
from flow.storage.streams import StreamHead
from ingest.building import Builder
from ingest.feeds import stream_kind

TAIL_ROWS = 20_000


def row_wire_hash(kind: str, row: Row, instruments: Instruments) -> int:
    """Return the hash of a row's wire columns, equal to `wire_hash` of its event."""
    if kind == "equity_quote":
        return hash((instruments.symbol_name(row[0]),))
    name: Callable[[int], str]
    name = instruments.contract_name if kind.startswith("option") else instruments.symbol_name
    values = [tuple(v) if isinstance(v, list) else v for v in row[1:]]
    return hash((name(row[0]), *values))


def remember_tail(
    conn: psycopg.Connection[Any], builder: Builder, instruments: Instruments
) -> None:
    """Fill the builder's memory of uids from the newest rows of its streams."""
    for kind, head in builder.heads.items():
        wire = SPECS[head.kind].wire
        with conn.cursor(binary=True) as cursor:
            cursor.execute(
                f"""SELECT ts, source_uid, {", ".join(wire)} FROM {kind}
                    WHERE stream = %s ORDER BY ts DESC LIMIT %s""",  # noqa: S608 - own names
                (head.id, TAIL_ROWS),
            )
            rows = cursor.fetchall()
        for ts, uid, *fields in reversed(rows):
            builder.remember(kind, (ts, uid), row_wire_hash(kind, (*fields,), instruments))


def remember_present(
    conn: psycopg.Connection[Any],
    builder: Builder,
    instruments: Instruments,
    events: list[MarketEvent],
) -> None:
    """Remember which of these events the log holds already, by (stream, ts, uid)."""
    for kind, head in builder.heads.items():
        wanted = [event for event in events if stream_kind(event) == kind]
        if not wanted or head.next_seq == 1:
            continue
        for ts, uid, *fields in _present(conn, head, wanted):
            builder.remember(kind, (ts, uid), row_wire_hash(kind, (*fields,), instruments))


def _present(
    conn: psycopg.Connection[Any], head: StreamHead, events: list[MarketEvent]
) -> list[Row]:
    times = [event.ts for event in events]
    wire = SPECS[head.kind].wire
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            f"""SELECT ts, source_uid, {", ".join(wire)} FROM {head.kind}
                WHERE stream = %s AND ts BETWEEN %s AND %s
                  AND source_uid = ANY(%s::text[]::uuid[])""",  # noqa: S608 - own names
            (
                head.id,
                to_datetime(min(times)),
                to_datetime(max(times)),
                [event.uid.hex() for event in events],
            ),
        )
        return cursor.fetchall()
