"""Derived records as table rows: columns, types, and how each record becomes its row."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from flow.domain.candles.bar import CANDLE_VERSION, Bar
from signals.engine.equities.dark.records import DarkEvent
from signals.engine.records import (
    ENGINE_VERSION,
    Alert,
    ClassifierHit,
    EvidenceLink,
    Packet,
    SmartMoneyEvent,
)
from signals.operators import DerivedRow

Row = tuple[Any, ...]


class Place(NamedTuple):
    """Where a row belongs: everything that its record does not know."""

    run: int
    shard: int
    step_no: int
    stream: int
    contract: int
    symbol: int
    quote_streams: dict[str, int]


class DerivedSpec(NamedTuple):
    """One derived table and how a record becomes its row."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    row: Callable[[Any, Place], Row]


def _spec(name: str, columns: str, row: Callable[[Any, Place], Row]) -> DerivedSpec:
    pairs = [column.split() for column in (KEY + columns).replace("\n", " ").split(",")]
    return DerivedSpec(name, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), row)


_encode_json = msgspec.json.Encoder(order="deterministic").encode


def _json(value: object) -> bytes:
    """Return canonical JSON: sorted keys, shortest floats."""
    return _encode_json(value)


KEY = """run int4, ts timestamptz, uid uuid, rev int2, shard int2, step_no int8, stream int4,
    seq int8, ordinal int4,"""
CHILD = "packet_ts timestamptz, packet_uid uuid, contract int4, symbol int4, tuning_revision int4,"


def _key(d: DerivedRow, at: Place) -> Row:
    return (
        at.run, d.ts, d.uid, d.rev, at.shard, at.step_no, at.stream, d.cause_seq, d.ordinal
    )  # fmt: skip


def _child(d: SmartMoneyEvent | ClassifierHit | Alert, at: Place) -> Row:
    return (*_key(d, at), d.packet_ts, d.packet_uid, at.contract, at.symbol, d.tuning_revision)


def _packet(p: Packet, at: Place) -> Row:
    return (
        *_key(p, at), p.end_ts, at.contract, at.symbol, p.tuning_revision, p.print_count, p.size,
        p.premium_micros, p.first_price_micros, p.last_price_micros, p.vwap_micros,
        _json(p.features), tuple(member.seq for member in p.members), p.member_digest,
        ENGINE_VERSION,
    )  # fmt: skip


def _event(e: SmartMoneyEvent, at: Place) -> Row:
    return (
        *_child(e, at), e.event_kind, e.direction, e.primary_profile, e.abstained,
        _json(e.abstain_reasons), _json(e.suppressed_reasons), _json(e.scores),
        _json(e.features), e.evidence_quality, ENGINE_VERSION,
    )  # fmt: skip


def _hit(h: ClassifierHit, at: Place) -> Row:
    return (
        *_child(h, at), h.event_uid, h.classifier_id, h.confidence, h.direction,
        _json(h.explanations), ENGINE_VERSION,
    )  # fmt: skip


def _alert(a: Alert, at: Place) -> Row:
    return (
        *_child(a, at), a.event_uid, a.score, a.severity, a.direction, a.primary_profile,
        _json(a.classifier_ids), a.print_count, a.size, a.premium_micros, a.evidence_quality,
        a.headline, _json(a.breakdown), _json(a.explanations), a.dedupe_key, a.supersedes,
        a.withdrawn, ENGINE_VERSION,
    )  # fmt: skip


def _dark(d: DarkEvent, at: Place) -> Row:
    return (
        *_key(d, at), at.symbol, d.tuning_revision, d.kind, d.state, d.direction, d.confidence,
        d.window_start_ts, d.end_ts, d.print_count, d.size_micros, d.notional_micros,
        d.vwap_micros, d.mid_start_micros, d.mid_end_micros, d.impact_bps,
        _json(d.placement_counts), _json(d.reasons), _json(d.features), _json(d.explanations),
        d.evidence_total, tuple(member.seq for member in d.members), d.member_digest,
        ENGINE_VERSION,
    )  # fmt: skip


def _bar(b: Bar, at: Place) -> Row:
    return (
        *_key(b, at), at.symbol, b.interval_s, b.session, b.open_micros, b.high_micros,
        b.low_micros, b.close_micros, b.volume_micros, b.trades, b.lit_volume_micros,
        b.off_exchange_volume_micros, b.off_exchange_count, b.notional_micros, b.vwap_micros,
        b.first_ts, b.first_seq, b.last_ts, b.last_seq, b.tuning_revision, CANDLE_VERSION,
    )  # fmt: skip


def _link(link: EvidenceLink, at: Place) -> Row:
    return (
        *_key(link, at), link.parent_kind, link.role, link.ref_kind,
        at.quote_streams.get(link.ref_kind), link.ref_ts, link.ref_seq, link.ref_uid,
    )  # fmt: skip


SPECS: dict[type, DerivedSpec] = {
    Packet: _spec(
        "packet",
        """end_ts timestamptz, contract int4, symbol int4, tuning_revision int4,
        print_count int4, size int8, premium_micros int8, first_price_micros int8,
        last_price_micros int8, vwap_micros int8, features jsonb, member_seqs int8[],
        member_digest bytea, engine text""",
        _packet,
    ),
    SmartMoneyEvent: _spec(
        "smart_money_event",
        CHILD
        + """event_kind text, direction text, primary_profile text, abstained bool,
        abstain_reasons jsonb, suppressed_reasons jsonb, scores jsonb, features jsonb,
        evidence_quality float8, engine text""",
        _event,
    ),
    ClassifierHit: _spec(
        "classifier_hit",
        CHILD
        + """event_uid uuid, classifier_id text, confidence float8, direction text,
        explanations jsonb, engine text""",
        _hit,
    ),
    Alert: _spec(
        "alert",
        CHILD
        + """event_uid uuid, score int2, severity text, direction text, primary_profile text,
        classifier_ids jsonb, print_count int4, size int8, premium_micros int8,
        evidence_quality float8, headline text, breakdown jsonb, explanations jsonb,
        dedupe_key text, supersedes uuid, withdrawn bool, engine text""",
        _alert,
    ),
    DarkEvent: _spec(
        "dark_event",
        """symbol int4, tuning_revision int4, kind text, state text, direction text,
        confidence float8, window_start_ts timestamptz, end_ts timestamptz, print_count int4,
        size_micros int8, notional_micros int8, vwap_micros int8, mid_start_micros int8,
        mid_end_micros int8, impact_bps float8, placement_counts jsonb, reasons jsonb,
        features jsonb, explanations jsonb, evidence_total int4, member_seqs int8[],
        member_digest bytea, engine text""",
        _dark,
    ),
    Bar: _spec(
        "candle",
        """symbol int4, interval_s int4, session int2, open_micros int8, high_micros int8,
        low_micros int8, close_micros int8, volume_micros int8, trades int4,
        lit_volume_micros int8, off_exchange_volume_micros int8, off_exchange_count int4,
        notional_micros int8, vwap_micros int8, first_ts timestamptz, first_seq int8,
        last_ts timestamptz, last_seq int8, tuning_revision int4, engine text""",
        _bar,
    ),
    EvidenceLink: _spec(
        "evidence_link",
        """parent_kind text, role text, ref_kind text, ref_stream int4, ref_ts timestamptz,
        ref_seq int8, ref_uid uuid""",
        _link,
    ),
}
BY_NAME = {spec.name: spec for spec in SPECS.values()}
