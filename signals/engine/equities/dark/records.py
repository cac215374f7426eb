"""What off-exchange inference gives out. Immutable; a change of state is a new row with rev + 1.

`ts` is the event time of the opening print and keys the row through all its revisions.
"""

from typing import Any, Literal

import msgspec

from signals.engine.records import EvidenceLink

DarkKind = Literal[
    "absorbed_block", "stealth_accumulation", "distribution", "hidden_liquidity_zone",
    "no_off_exchange_prints",
]  # fmt: skip
# Blocks: candidate, then one of the next three. Episodes and zones: opened, updated, closed. What
# had size and prints enough but no side: abstained, once until its window empties; and what a feed
# without off-exchange prints cannot tell, once a symbol and trade date. Withdrawn: what rested on a
# print that was cancelled or corrected, in the figures of before.
DarkStatus = Literal[
    "candidate", "confirmed", "rejected", "unconfirmed", "opened", "updated", "closed", "abstained",
    "withdrawn",
]  # fmt: skip


class DarkMember(msgspec.Struct, frozen=True, array_like=True):
    """One print of the evidence by value, with the quote that stood when it printed."""

    seq: int
    ts: int
    uid: bytes
    size_micros: int
    quote_ts: int | None
    quote_seq: int | None


class DarkEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a block, an episode of one side, or a zone, of one symbol.

    Units: micro-shares and micro-dollars; times in microseconds; `impact_bps` in basis points of
    the mid at the start. Sums speak of all prints of the event, `members` of those that are kept:
    the largest and the newest; `member_digest` covers all of them, in order.
    Missing: `mid_end_micros` and `impact_bps` are None while no later mid is known.
    """

    uid: bytes
    rev: int = 0
    ts: int
    window_start_ts: int
    end_ts: int
    cause_seq: int
    ordinal: int
    symbol: str
    kind: DarkKind
    state: DarkStatus
    direction: str  # bullish, bearish, neutral
    confidence: float
    tuning_revision: int
    print_count: int
    size_micros: int
    notional_micros: int
    vwap_micros: int
    mid_start_micros: int
    mid_end_micros: int | None
    impact_bps: float | None
    placement_counts: dict[str, int]
    reasons: tuple[str, ...]  # permanent codes: two_sided, mid_moved, no_print, window_empty ...
    features: dict[str, Any]
    explanations: list[dict[str, Any]]
    evidence_total: int
    members: tuple[DarkMember, ...]
    member_digest: bytes


DarkRow = DarkEvent | EvidenceLink
