"""Keyset pages and evidence of derived rows, for screens, sockets and the API.

Pages are ordered by (ts, uid): unique inside a run, so nothing is skipped or repeated. Each read
shows the highest revision of a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections

from flow.domain.units import from_datetime, to_datetime


class DerivedPosition(NamedTuple):
    """A place in the order of a page: event time in microseconds, uid."""

    ts: int
    uid: UUID


class AlertRow(NamedTuple):
    """One alert with the texts of its instrument."""

    run: int
    ts: datetime
    uid: UUID
    rev: int
    step_no: int
    stream: int
    seq: int
    ordinal: int
    packet_ts: datetime
    packet_uid: UUID
    contract: str
    underlying: str
    tuning_revision: int
    event_uid: UUID
    score: int
    severity: str
    direction: str
    primary_profile: str | None
    classifier_ids: Any
    print_count: int
    size: int
    premium_micros: int | None
    evidence_quality: float
    headline: str
    breakdown: Any
    explanations: Any
    dedupe_key: str
    supersedes: UUID | None
    withdrawn: bool
    engine: str

    @property
    def position(self) -> DerivedPosition:
        return DerivedPosition(from_datetime(self.ts), self.uid)


class PacketRow(NamedTuple):
    """One packet with the texts of its instrument."""

    run: int
    ts: datetime
    uid: UUID
    rev: int
    step_no: int
    stream: int
    seq: int
    ordinal: int
    end_ts: datetime
    contract: str
    underlying: str
    tuning_revision: int
    print_count: int
    size: int
    premium_micros: int | None
    first_price_micros: int | None
    last_price_micros: int | None
    vwap_micros: int | None
    features: Any
    member_seqs: list[int]
    member_digest: bytes
    engine: str

    @property
    def position(self) -> DerivedPosition:
        return DerivedPosition(from_datetime(self.ts), self.uid)


class EventRow(NamedTuple):
    """One smart-money event."""

    run: int
    ts: datetime
    uid: UUID
    rev: int
    packet_ts: datetime
    packet_uid: UUID
    event_kind: str
    direction: str
    primary_profile: str | None
    abstained: bool
    abstain_reasons: Any
    suppressed_reasons: Any
    scores: Any
    features: Any
    evidence_quality: float
    tuning_revision: int
    engine: str


class HitRow(NamedTuple):
    """One classifier hit."""

    uid: UUID
    rev: int
    classifier_id: str
    confidence: float
    direction: str
    explanations: Any


@dataclass(frozen=True)
class DerivedFilter:
    """What a page of packets or alerts may be narrowed to."""

    underlyings: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    min_premium_micros: int | None = None


def _columns(row: Any) -> str:
    named = {"contract": "c.name", "underlying": "y.name"}
    return ", ".join(named.get(name, f"d.{name}") for name in row._fields)


_ALERT, _PACKET = _columns(AlertRow), _columns(PacketRow)
_JOINS = "JOIN contract c ON c.id = d.contract JOIN symbol y ON y.id = d.symbol"
_NEWEST_REV = """NOT EXISTS (SELECT 1 FROM {table} n
    WHERE n.run = d.run AND n.ts = d.ts AND n.uid = d.uid AND n.rev > d.rev)"""


def alert_page(
    alias: str,
    run: int,
    *,
    limit: int,
    chosen: DerivedFilter = DerivedFilter(),
    before: DerivedPosition | None = None,
    after: DerivedPosition | None = None,
) -> list[AlertRow]:
    """Return alerts newest first, or oldest first with `after`."""
    rows = _page("alert", _ALERT, (alias, run, limit), chosen, before=before, after=after)
    return [AlertRow(*row) for row in rows]


def packet_page(
    alias: str,
    run: int,
    *,
    limit: int,
    chosen: DerivedFilter = DerivedFilter(),
    before: DerivedPosition | None = None,
    after: DerivedPosition | None = None,
) -> list[PacketRow]:
    """Return packets newest first, or oldest first with `after`."""
    rows = _page("packet", _PACKET, (alias, run, limit), chosen, before=before, after=after)
    return [PacketRow(*row) for row in rows]


def alerts_of_steps(
    alias: str, run: int, *, first: int, last: int, span: tuple[datetime, datetime]
) -> list[AlertRow]:
    """Return the alerts of a stretch of steps: how the live hub follows the ledger."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"""SELECT {_ALERT} FROM alert d {_JOINS}
                WHERE d.run = %s AND d.shard = 0 AND d.step_no BETWEEN %s AND %s
                  AND d.ts BETWEEN %s AND %s
                ORDER BY d.ts, d.uid LIMIT 5000""",  # noqa: S608 - constant columns
            [run, first, last, *span],
        )
        return [AlertRow(*row) for row in cursor.fetchall()]


def find_alert(alias: str, run: int, uid: UUID, ts: datetime) -> AlertRow | None:
    """Return the newest revision of one alert by its key."""
    row = _one(f"SELECT {_ALERT} FROM alert d {_JOINS}", alias, run, uid, ts)  # noqa: S608
    return AlertRow(*row) if row else None


def find_packet(alias: str, run: int, uid: UUID, ts: datetime) -> PacketRow | None:
    """Return the newest revision of one packet by its key."""
    row = _one(f"SELECT {_PACKET} FROM packet d {_JOINS}", alias, run, uid, ts)  # noqa: S608
    return PacketRow(*row) if row else None


def find_event(alias: str, run: int, uid: UUID, ts: datetime) -> EventRow | None:
    """Return the newest revision of one smart-money event by its key."""
    row = _one(
        f"SELECT {', '.join('d.' + n for n in EventRow._fields)} FROM smart_money_event d",  # noqa: S608
        alias,
        run,
        uid,
        ts,
    )
    return EventRow(*row) if row else None


def hits_of_event(
    alias: str, run: int, event_uid: UUID, ts: datetime, rev: int = 0
) -> list[HitRow]:
    """Return the rules that fired for one revision of an event, strongest first."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"""SELECT {", ".join(HitRow._fields)} FROM classifier_hit
                WHERE run = %s AND ts = %s AND event_uid = %s AND rev = %s
                ORDER BY confidence DESC, classifier_id LIMIT 50""",  # noqa: S608
            [run, ts, event_uid, rev],
        )
        return [HitRow(*row) for row in cursor.fetchall()]


def _one(select: str, alias: str, run: int, uid: UUID, ts: datetime) -> Sequence[Any] | None:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"{select} WHERE d.run = %s AND d.ts = %s AND d.uid = %s ORDER BY d.rev DESC LIMIT 1",
            [run, ts, uid],
        )
        row: Sequence[Any] | None = cursor.fetchone()
        return row


def _page(
    table: str,
    columns: str,
    at: tuple[str, int, int],
    chosen: DerivedFilter,
    *,
    before: DerivedPosition | None,
    after: DerivedPosition | None,
) -> list[Sequence[Any]]:
    alias, run, limit = at
    where: list[str] = ["d.run = %s", _NEWEST_REV.format(table=table)]
    values: list[Any] = [run]
    clauses, more = _conditions(chosen)
    where += clauses
    values += more
    edge = after or before
    if edge is not None:
        sign = ">" if after else "<"
        ts = to_datetime(edge.ts)
        where.append(f"d.ts {sign}= %s AND (d.ts, d.uid) {sign} (%s, %s)")
        values += [ts, ts, edge.uid]
    order = "d.ts, d.uid" if after else "d.ts DESC, d.uid DESC"
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"""SELECT {columns} FROM {table} d {_JOINS}
                WHERE {" AND ".join(where)} ORDER BY {order} LIMIT %s""",  # noqa: S608
            [*values, limit],
        )
        return list(cursor.fetchall())


def _conditions(chosen: DerivedFilter) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    if chosen.underlyings:
        where.append("d.symbol = ANY(ARRAY(SELECT id FROM symbol WHERE name = ANY(%s)))")
        values.append(list(chosen.underlyings))
    if chosen.severities:
        where.append("d.severity = ANY(%s)")
        values.append(list(chosen.severities))
    if chosen.directions:
        where.append("d.direction = ANY(%s)")
        values.append(list(chosen.directions))
    if chosen.min_premium_micros is not None:
        where.append("d.premium_micros >= %s")
        values.append(chosen.min_premium_micros)
    return where, values
