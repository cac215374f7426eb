"""Keyset pages over raw tables for screens and the API: ordered by (ts, seq, stream).

Never by offset, never counted. Each stream of a run is read through its own key and the few
results are merged, so a page costs an index probe per stream whatever the table's size.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connections

from flow.domain.units import from_datetime, to_datetime


class Position(NamedTuple):
    """A place in the order of a page: event time in microseconds, seq, stream."""

    ts: int
    seq: int
    stream: int


class PrintRow(NamedTuple):
    """One option print as pages and the API read it."""

    stream: int
    seq: int
    ts: datetime
    received_at: datetime
    source_uid: Any
    contract: str
    underlying: str
    price_micros: int
    size: int
    venue: int
    conditions: list[int]
    premium_micros: int | None
    bid_micros: int | None
    ask_micros: int | None
    bid_size: int | None
    ask_size: int | None
    quote_ts: datetime | None
    quote_seq: int | None
    quote_silence_us: int | None
    quote_mode: int
    spot_bid_micros: int | None
    spot_ask_micros: int | None
    spot_ts: datetime | None
    spot_seq: int | None
    move_60s_bps: float | None
    move_5m_bps: float | None
    move_5m_z: float | None
    iv: float | None
    session: int
    session_date: Any
    dte: int | None
    flags: int
    side: int
    label_passed: bool
    label_reasons: int
    tuning_revision: int

    @property
    def position(self) -> Position:
        return Position(from_datetime(self.ts), self.seq, self.stream)


class QuoteRow(NamedTuple):
    """One option quote by its position."""

    stream: int
    seq: int
    ts: datetime
    received_at: datetime
    contract: str
    bid_micros: int | None
    ask_micros: int | None
    bid_size: int | None
    ask_size: int | None


@dataclass(frozen=True)
class PrintFilter:
    """What a page of prints may be narrowed to. Empty means everything."""

    signal_only: bool = False
    underlyings: tuple[str, ...] = ()
    contract: str | None = None
    rights: tuple[str, ...] = ()
    sides: tuple[int, ...] = ()
    min_premium_micros: int | None = None


_COLUMNS = ", ".join(
    {"contract": "c.name", "underlying": "y.name"}.get(name, f"p.{name}")
    for name in PrintRow._fields
)
_FROM = "FROM option_print p JOIN contract c ON c.id = p.contract JOIN symbol y ON y.id = p.symbol"


def stream_ids(alias: str, run: int, kind: str) -> list[int]:
    """Return the ids of a run's streams of one kind."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT id FROM stream WHERE run = %s AND kind = %s", [run, kind])
        return [int(row[0]) for row in cursor.fetchall()]


def print_page(
    alias: str,
    run: int,
    *,
    limit: int,
    chosen: PrintFilter = PrintFilter(),
    before: Position | None = None,
    after: Position | None = None,
) -> list[PrintRow]:
    """Return prints newest first (before) or, with `after`, oldest first. Strict on both sides."""
    ascending = after is not None
    edge = after or before
    pages = [
        _stream_page(alias, stream, edge, chosen, limit=limit, ascending=ascending)
        for stream in stream_ids(alias, run, "option_print")
    ]
    merged = heapq.merge(*pages, key=lambda row: row.position, reverse=not ascending)
    return [row for row, _ in zip(merged, range(limit), strict=False)]


def prints_by_seq(
    alias: str, stream: int, seqs: Sequence[int], first: datetime, last: datetime
) -> list[PrintRow]:
    """Return prints of one stream by position inside a time span: the members of a packet."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"""SELECT {_COLUMNS} {_FROM}
                WHERE p.stream = %s AND p.ts BETWEEN %s AND %s AND p.seq = ANY(%s)
                ORDER BY p.ts, p.seq LIMIT %s""",
            [stream, first, last, list(seqs), len(seqs)],
        )
        return [PrintRow(*row) for row in cursor.fetchall()]


def prints_of_batches(
    alias: str, stream: int, first_seq: int, last_seq: int, span: tuple[datetime, datetime]
) -> list[PrintRow]:
    """Return what a stretch of the log holds, by seq: how the live hub follows the manifest."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"""SELECT {_COLUMNS} {_FROM}
                WHERE p.stream = %s AND p.seq BETWEEN %s AND %s AND p.ts BETWEEN %s AND %s
                ORDER BY p.seq LIMIT %s""",
            [stream, first_seq, last_seq, *span, last_seq - first_seq + 1],
        )
        return [PrintRow(*row) for row in cursor.fetchall()]


def quotes_by_seq(
    alias: str, stream: int, wanted: Sequence[tuple[datetime, int]]
) -> dict[int, QuoteRow]:
    """Return logged option quotes by (ts, seq), keyed by seq; what retention ate is absent."""
    if not wanted:
        return {}
    times = [ts for ts, _ in wanted]
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """SELECT q.stream, q.seq, q.ts, q.received_at, c.name, q.bid_micros, q.ask_micros,
                      q.bid_size, q.ask_size
               FROM option_quote q JOIN contract c ON c.id = q.contract
               WHERE q.stream = %s AND q.seq = ANY(%s) AND q.ts BETWEEN %s AND %s LIMIT %s""",
            [stream, [seq for _, seq in wanted], min(times), max(times), len(wanted)],
        )
        return {row[1]: QuoteRow(*row) for row in cursor.fetchall()}


def _stream_page(
    alias: str,
    stream: int,
    edge: Position | None,
    chosen: PrintFilter,
    *,
    limit: int,
    ascending: bool,
) -> list[PrintRow]:
    where, values = _conditions(chosen)
    if edge is not None:
        clause, bounds = _edge(edge, stream, ascending=ascending)
        where.append(clause)
        values.extend(bounds)
    order = "p.ts, p.seq" if ascending else "p.ts DESC, p.seq DESC"
    clauses = " AND ".join(["p.stream = %s", *where])
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE {clauses} ORDER BY {order} LIMIT %s",
            [stream, *values, limit],
        )
        return [PrintRow(*row) for row in cursor.fetchall()]


def _edge(edge: Position, stream: int, *, ascending: bool) -> tuple[str, list[Any]]:
    """Return the strict comparison with a position that may lie in another stream."""
    ts = to_datetime(edge.ts)
    beyond = ">" if ascending else "<"
    takes_twin = stream > edge.stream if ascending else stream < edge.stream
    operator = beyond + "=" if takes_twin else beyond
    return f"p.ts {beyond}= %s AND (p.ts, p.seq) {operator} (%s, %s)", [ts, ts, edge.seq]


def _conditions(chosen: PrintFilter) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    if chosen.signal_only:
        where.append("p.label_passed")
    if chosen.underlyings:
        where.append("p.symbol = ANY(ARRAY(SELECT id FROM symbol WHERE name = ANY(%s)))")
        values.append(list(chosen.underlyings))
    if chosen.contract is not None:
        where.append("p.contract = (SELECT id FROM contract WHERE name = %s)")
        values.append(chosen.contract)
    if chosen.rights:
        where.append('c."right" = ANY(%s)')
        values.append(list(chosen.rights))
    if chosen.sides:
        where.append("p.side = ANY(%s)")
        values.append(list(chosen.sides))
    if chosen.min_premium_micros is not None:
        where.append("p.premium_micros >= %s")
        values.append(chosen.min_premium_micros)
    return where, values
