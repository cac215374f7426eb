"""Telling resends from new events by asking the log: after a restart, and for a second import."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from flow.domain.events import MarketEvent, TradingHalt
from flow.domain.units import SECOND_US, to_datetime
from flow.storage.instruments import Instruments
from flow.storage.kinds import SPECS, Row
from flow.storage.streams import StreamHead
from ingest.building import Builder
from ingest.feeds import FeedEvent, stream_kind

TAIL_ROWS = 20_000
TAIL_US = 86_400 * SECOND_US  # halts are rare: those of the last day are all that is asked for


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
    _remember_halts(conn, builder)


def _remember_halts(conn: psycopg.Connection[Any], builder: Builder) -> None:
    head = builder.heads["equity_print"]
    if head.clock is None:
        return
    with conn.cursor(binary=True) as cursor:
        cursor.execute(
            """SELECT ts, payload ->> 'uid' FROM control
               WHERE stream = %s AND kind = 'halt' AND ts > %s ORDER BY seq""",
            (head.id, to_datetime(head.clock - TAIL_US)),
        )
        for ts, uid in cursor.fetchall():
            builder.remember_halt((ts, bytes.fromhex(uid)))


def remember_present(
    conn: psycopg.Connection[Any],
    builder: Builder,
    instruments: Instruments,
    events: Sequence[FeedEvent],
) -> None:
    """Remember which of these events the log holds already, by (stream, ts, uid)."""
    for kind, head in builder.heads.items():
        wanted = [
            event
            for event in events
            if not isinstance(event, TradingHalt) and stream_kind(event) == kind
        ]
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
