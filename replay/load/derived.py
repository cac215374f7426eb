"""Derived rows for the load test: per alert a packet, its event and a hit, all of real prints."""

import random
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import psycopg

from flow.storage.instruments import Instruments
from flow.storage.streams import streams_of
from replay.load.raw import contracts, instant
from signals.engine.features import Features
from signals.engine.profiles.readings import READINGS
from signals.engine.records import Alert, ClassifierHit, Member, Packet, SmartMoneyEvent
from signals.storage.rows import SPECS, Place

MEMBERS = 6
REVISION = 1
PROFILE, RULE = "institutional_directional", "large_bullish_call_sweep"
SENTENCE = {
    "text": "6 prints of one contract in 900 ms: consistent with a sweep of offers.",
    "keys": ["count", "span_ms"],
    "values": {"count": MEMBERS, "span_ms": 900},
    "thresholds": {"sweep_min_prints": 3, "sweep_max_span_ms": 1_000},
}
# As large as those of a real packet, and an event with all its hypotheses.
FEATURES = Features(
    expiry="2025-01-17", strike=450.0, session="regular", session_date="2025-01-15", dte_days=2,
    count=MEMBERS, total_size=600, max_print_size=100, premium_usd=252_000.5, first_price=4.1,
    last_price=4.2, vwap=4.1533, span_ms=900.25, inter_fill_ms_median=150.5, coverage=1.0,
    inter_fill_ms_max=300.75, nbbo_a_count=MEMBERS, covered_size=600, quote_quality=1.0,
    inside_ratio=0.0625, buy_raw=0.9375, buy_size=562.5, buy_share=0.9375, signed_share=0.9375,
    imbalance=1.0, premium_buy_usd=236_250.5, premium_sell_usd=0.0, spread_pos_mean=0.9875,
    venue_count=4, venue_entropy=1.3322, conditions=["automatic"], sweep=True, burst_sweep=True,
    sweep_sign=1, sweep_count=MEMBERS, sweep_venue_count=4, sweep_span_ms=900.25, sweep_size=600,
    sweep_side_ratio=0.9375, sweep_premium_usd=252_000.5, nbbo_bid=4.1, nbbo_ask=4.2,
    nbbo_mid=4.15, nbbo_spread=0.1, nbbo_spread_bps=240.96, quote_state="ok", quote_age_ms=12.125,
    underlying_mid=450.5, underlying_spread_bps=0.44, moneyness=0.99889, otm_pct=-0.00111,
    premium_z=2.5125, premium_z_n=50, premium_z_scope="contract", size_z=1.8125, size_z_n=50,
    size_z_scope="contract", execution_iv=0.1825, execution_iv_source="model_bs", delta=0.5125,
    gamma=0.0812, vega=13.125, theta=-0.4125, trade_types={"SWEEP": MEMBERS}, signal_count=MEMBERS,
    signal_premium_usd=252_000.5, neutral_size=38,
)  # fmt: skip
SCORES = [
    {
        "profile_id": profile, "score": 0.6 - place / 10, "raw": 0.7 - place / 10, "band": "medium",
        "direction": "bullish", "pin": None, "calibrated_probability": None,
        "calibration_version": None, "penalties": [],
        "reasons": [{"code": "premium", "contribution": 0.2, "text": SENTENCE["text"],
                     "values": SENTENCE["values"], "thresholds": SENTENCE["thresholds"]}] * 4,
    }
    for place, profile in enumerate(READINGS)
]  # fmt: skip
RULES = {"rules": [{"classifier_id": "large_bullish_call_sweep", "fired": True, "confidence": 0.71,
                    "reason": None}] * 13, "band": "medium", "margin": 0.1,
         "alternatives": []}  # fmt: skip
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
        primary_profile=PROFILE, abstained=False, abstain_reasons=(), suppressed_reasons=(),
        scores=SCORES, features=RULES, evidence_quality=0.83, **child,
    )  # fmt: skip
    yield ClassifierHit(
        uid=_uid("hit", number), ordinal=2, event_uid=event, classifier_id=RULE,
        confidence=0.71, direction=direction, explanations=[SENTENCE] * 4, **child,
    )  # fmt: skip
    yield Alert(
        uid=_uid("alert", number), ordinal=3, event_uid=event, score=number % 101,
        severity=("high", "medium", "low")[number % 3], direction=direction,
        primary_profile=PROFILE, classifier_ids=(RULE,), print_count=packet.print_count,
        size=packet.size, premium_micros=packet.premium_micros, evidence_quality=0.83,
        headline=f"{packet.contract}: consistent with a sweep of offers",
        breakdown=[{"term": "premium", "value": 0.6, "weight": 0.4, "points": 24.0}] * 4,
        explanations=[SENTENCE] * 6, dedupe_key=f"{packet.underlying}|sweep|{direction}", **child,
    )  # fmt: skip


def _uid(kind: str, number: int) -> bytes:
    return blake2b(f"{kind}{number}".encode(), digest_size=16).digest()
