"""What the engine gives out. Every record is immutable; a revision is a new row with rev + 1.

No record is part of a cycle, so none is for the cyclic collector.

`ts` is the event time that keys the row: the opening print of a packet, the end of the packet for
what was concluded from it. `cause_seq` is the seq of the log entry that made it final, `ordinal`
its place among the results of that entry. `uid` = content identity (design, point 5).
"""

from typing import Any

import msgspec

from signals.engine.features import Features

ENGINE_VERSION = "strict-5"


class Member(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One print of a packet by value, with the quotes that stood when it printed."""

    seq: int
    ts: int
    uid: bytes
    quote_ts: int | None
    quote_seq: int | None
    spot_ts: int | None
    spot_seq: int | None


class Packet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Prints that belong together: of one contract (options-engine.md 8.3), or a structure (9.4).

    A structure's `contract` is a pseudo id, `ROOT-EXPIRY-STRUCT-TYPE`, and it has no single price.
    """

    uid: bytes
    rev: int = 0
    ts: int  # first member
    end_ts: int
    cause_seq: int
    ordinal: int
    contract: str
    underlying: str
    tuning_revision: int
    print_count: int
    size: int
    premium_micros: int | None
    first_price_micros: int | None
    last_price_micros: int | None
    vwap_micros: int | None
    features: Features  # stored without what stands at its default
    members: tuple[Member, ...]
    member_digest: bytes


class SmartMoneyEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The parent event of one eligible packet: what it reads as, or why it declines."""

    uid: bytes
    rev: int = 0
    ts: int  # end of the packet
    cause_seq: int
    ordinal: int
    packet_uid: bytes
    packet_ts: int
    contract: str
    underlying: str
    tuning_revision: int
    event_kind: str
    direction: str
    primary_profile: str | None
    abstained: bool
    abstain_reasons: tuple[str, ...]
    suppressed_reasons: tuple[str, ...]
    scores: list[dict[str, Any]]
    features: dict[str, Any]
    evidence_quality: float


class ClassifierHit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One rule that fired, with its sentences."""

    uid: bytes
    rev: int = 0
    ts: int
    cause_seq: int
    ordinal: int
    event_uid: bytes
    packet_uid: bytes
    packet_ts: int
    contract: str
    underlying: str
    tuning_revision: int
    classifier_id: str
    confidence: float
    direction: str
    explanations: list[dict[str, Any]]  # {text, keys: [feature], values: {...}, thresholds: {...}}


class Alert(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is put before the reader, 0 to 100, with the sum that made it."""

    uid: bytes
    rev: int = 0
    ts: int
    cause_seq: int
    ordinal: int
    event_uid: bytes
    packet_uid: bytes
    packet_ts: int
    contract: str
    underlying: str
    tuning_revision: int
    score: int
    severity: str  # high, medium, low
    direction: str
    primary_profile: str | None
    classifier_ids: tuple[str, ...]
    print_count: int
    size: int
    premium_micros: int | None
    evidence_quality: float
    headline: str
    breakdown: list[dict[str, Any]]  # terms of the score: {term, value, weight, points}
    explanations: list[dict[str, Any]]
    dedupe_key: str
    supersedes: bytes | None = None  # the alert it replaced; else a revision has its own uid
    withdrawn: bool = False  # a revision that takes the alert back: its prints were cancelled


class EvidenceLink(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One arrow from a derived row to what it rests on; refers by value, never by foreign key."""

    ts: int  # the parent's key
    uid: bytes
    rev: int = 0
    cause_seq: int
    ordinal: int  # place among the parent's links
    parent_kind: str  # alert, smart_money_event, packet
    role: str  # member, quote, spot, packet, event, hit, merged, cancelled, cancel
    ref_kind: str  # option_print, option_quote, equity_quote, packet, smart_money_event, ...
    ref_ts: int
    ref_seq: int | None = None  # raw rows: position in their stream
    ref_uid: bytes | None = None  # derived rows and prints


Derived = Packet | SmartMoneyEvent | ClassifierHit | Alert | EvidenceLink
