"""Derived rows for the load test: per alert a packet, its event and a hit, all of real prints."""

import random
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import psycopg

from flow.storage.instruments import Instruments
from flow.storage.streams import streams_of
from replay.load.raw import contracts, instant
from signals.engine.records import Alert, ClassifierHit, Member, Packet, SmartMoneyEvent
from signals.storage.rows import SPECS, Place

MEMBERS = 6
REVISION = 1
SENTENCE = {
    "text": "6 prints of one contract in 900 ms: consistent with a sweep of offers.",
    "keys": ["count", "span_ms"],
    "values": {"count": MEMBERS, "span_ms": 900},
    "thresholds": {"sweep_min_prints": 3, "sweep_max_span_ms": 1_000},
}
FEATURES = {f"feature_{number:02d}": number * 1.5 for number in range(60)}
COPY_ALERTS = 10_000


def copy_derived(conn: psycopg.Connection[Any], run: int, alerts: int, prints: int) -> None:
    """Copy packets, events, hits and alerts; nothing where the run has some."""
    if conn.execute("SELECT 1 FROM alert WHERE run = %s LIMIT 1", (run,)).fetchone():
        return
    stream = streams_of(conn, run=run, kind="option_print")[0].id
    instruments = Instruments(conn)
    names = contracts()
    rng = random.Random(4)  # noqa: S311 - repeatable rows, no secret
    for first in range(0, alerts, COPY_ALERTS):
        rows: dict[type, list[tuple[Any, ...]]] = {}
        for number in range(first, min(first + COPY_ALERTS, alerts)):
            name = names[int(len(names) * rng.random() ** 3)]
            place = Place(run, 0, number + 1, stream, *instruments.contract(name), {})
            for record in _records(number, alerts, prints, name):
                rows.setdefault(type(record), []).append(SPECS[type(record)].row(record, place))
        _copy(conn, rows)


def _copy(conn: psycopg.Connection[Any], rows: dict[type, list[tuple[Any, ...]]]) -> None:
    with conn.transaction():
        for kind, part in rows.items():
            spec = SPECS[kind]
            sql = f"COPY {spec.name} ({', '.join(spec.columns)}) FROM STDIN (FORMAT BINARY)"
            with conn.cursor() as cursor, cursor.copy(sql) as copy:
                copy.set_types(spec.types)
                for row in part:
                    copy.write_row(row)


def _records(number: int, alerts: int, prints: int, name: str) -> Iterator[Any]:
    opening = max(number * prints // alerts, 1)
    seqs = range(opening, min(opening + MEMBERS, prints) + 1)
    times = [instant(seq - 1, prints) for seq in seqs]
    common: dict[str, Any] = {
        "cause_seq": seqs[-1], "contract": name, "underlying": name.partition("-")[0],
        "tuning_revision": REVISION,
    }  # fmt: skip
    premium = (number % 900 + 25) * 1_000_000_000
    packet = Packet(
        uid=_uid("packet", number), ts=times[0], end_ts=times[-1], ordinal=0,
        print_count=len(seqs), size=len(seqs) * 100, premium_micros=premium,
        first_price_micros=1_000_000, last_price_micros=1_050_000, vwap_micros=1_020_000,
        features=FEATURES, member_digest=_uid("digest", number),
        members=tuple(
            Member(seq, ts, b"", None, None, None, None)
            for seq, ts in zip(seqs, times, strict=True)
        ),
        **common,
    )  # fmt: skip
    yield packet
    yield from _conclusions(number, packet, common)


def _conclusions(number: int, packet: Packet, common: dict[str, Any]) -> Iterator[Any]:
    child = common | {
        "ts": packet.end_ts, "packet_uid": packet.uid, "packet_ts": packet.ts,
    }  # fmt: skip
    event = _uid("event", number)
    direction = ("bullish", "bearish", "neutral")[number % 3]
    yield SmartMoneyEvent(
        uid=event, ordinal=1, event_kind="single_leg_event", direction=direction,
        primary_profile=None, abstained=False, abstain_reasons=(), suppressed_reasons=(),
        scores=[], features=FEATURES, evidence_quality=0.83, **child,
    )  # fmt: skip
    yield ClassifierHit(
        uid=_uid("hit", number), ordinal=2, event_uid=event, classifier_id="large_call_sweep",
        confidence=0.71, direction=direction, explanations=[SENTENCE] * 4, **child,
    )  # fmt: skip
    yield Alert(
        uid=_uid("alert", number), ordinal=3, event_uid=event, score=number % 101,
        severity=("high", "medium", "low")[number % 3], direction=direction,
        primary_profile=None, classifier_ids=("large_call_sweep",), print_count=packet.print_count,
        size=packet.size, premium_micros=packet.premium_micros, evidence_quality=0.83,
        headline=f"{packet.contract}: consistent with a sweep of offers",
        breakdown=[{"term": "premium", "value": 0.6, "weight": 0.4, "points": 24.0}] * 4,
        explanations=[SENTENCE] * 6, dedupe_key=f"{packet.underlying}|sweep|{direction}", **child,
    )  # fmt: skip


def _uid(kind: str, number: int) -> bytes:
    return blake2b(f"{kind}{number}".encode(), digest_size=16).digest()
