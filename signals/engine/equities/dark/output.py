"""Where the rows go: each event with its key, and the links to its prints and their quotes."""

from typing import Any

import msgspec

from flow.domain.ids import content_uid
from signals.engine.equities.dark.evidence import Evidence
from signals.engine.equities.dark.records import (
    DarkEvent,
    DarkKind,
    DarkMember,
    DarkRow,
    DarkStatus,
)
from signals.engine.equities.placement import move_bps
from signals.engine.records import ENGINE_VERSION, EvidenceLink
from signals.engine.rulings import Ruling

DIRECTIONS: dict[DarkKind, str] = {
    "absorbed_block": "neutral",
    "stealth_accumulation": "bullish",
    "distribution": "bearish",
    "hidden_liquidity_zone": "neutral",
    "no_off_exchange_prints": "unknown",
}
_Reference = tuple[str, str, int, int | None, bytes | None]  # role, kind, ts, seq, uid


class Head(msgspec.Struct, gc=False):
    """The identity of an event through its states. `rev` is that of its next row."""

    kind: DarkKind
    symbol: str
    ts: int
    uid: bytes
    revision: int
    rev: int = 0


def head_of(kind: DarkKind, symbol: str, opening: tuple[int, bytes], ruling: Ruling) -> Head:
    """Return the identity of what a print (its ts and uid) opens under a revision.

    Source: design, point 5 (recipe of the uid).
    """
    ts, print_uid = opening
    uid = content_uid(
        "dark_event", ENGINE_VERSION, ruling.params.digest, kind, symbol, ts, print_uid.hex()
    )
    return Head(kind, symbol, ts, uid, ruling.revision)


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What one row says beside its identity and its sums."""

    state: DarkStatus
    confidence: float
    end_ts: int
    features: dict[str, Any]
    explanations: list[dict[str, Any]]
    mid2_end: int | None
    reasons: tuple[str, ...] = ()
    checks: tuple[DarkMember, ...] = ()


def _direction(kind: DarkKind, state: DarkStatus) -> str:
    """Return which way an event leans; flow that was two-sided leans no way."""
    leans = DIRECTIONS[kind]
    return "neutral" if state == "abstained" and leans != "unknown" else leans


class DarkOutput:
    """The rows of one causing entry, behind those of the entries before it."""

    __slots__ = ("_first", "cause_seq", "rows")

    def __init__(self, rows: list[DarkRow], cause_seq: int) -> None:
        """Add to `rows` what the entry at `cause_seq` makes final."""
        self.rows = rows
        self.cause_seq = cause_seq
        self._first = len(rows)

    def tell(self, head: Head, evidence: Evidence, telling: Telling) -> None:
        """Add one row of an event with its links; its next row has the next revision."""
        sums, mid2, mid2_end = evidence.sums, evidence.first.mid2, telling.mid2_end
        event = DarkEvent(
            uid=head.uid,
            rev=head.rev,
            ts=head.ts,
            window_start_ts=evidence.first.ts,
            end_ts=telling.end_ts,
            cause_seq=self.cause_seq,
            ordinal=len(self.rows) - self._first,
            symbol=head.symbol,
            kind=head.kind,
            state=telling.state,
            direction=_direction(head.kind, telling.state),
            confidence=telling.confidence,
            tuning_revision=head.revision,
            print_count=sums.count,
            size_micros=sums.size_micros,
            notional_micros=sums.notional_micros,
            vwap_micros=sums.vwap_micros,
            mid_start_micros=mid2 // 2,
            mid_end_micros=None if mid2_end is None else mid2_end // 2,
            impact_bps=None if mid2_end is None else move_bps(mid2, mid2_end),
            placement_counts=dict(sorted(evidence.places.items())),
            reasons=telling.reasons,
            features=telling.features,
            explanations=telling.explanations,
            evidence_total=sums.count,
            members=evidence.members(),
            member_digest=evidence.digest,
        )
        head.rev += 1
        self.rows.append(event)
        self.rows += links_of(event, telling.checks)


def links_of(event: DarkEvent, checks: tuple[DarkMember, ...] = ()) -> list[EvidenceLink]:
    """Link a row to its kept prints, to the prints that were looked at later, and their quotes."""
    references: list[_Reference] = [
        *(("member", "equity_print", each.ts, each.seq, each.uid) for each in event.members),
        *(("check", "equity_print", each.ts, each.seq, each.uid) for each in checks),
        *(
            ("quote", "equity_quote", each.quote_ts, each.quote_seq, None)
            for each in (*event.members, *checks)
            if each.quote_ts is not None
        ),
    ]
    return [
        EvidenceLink(
            ts=event.ts,
            uid=event.uid,
            rev=event.rev,
            cause_seq=event.cause_seq,
            ordinal=place,
            parent_kind="dark_event",
            role=role,
            ref_kind=ref_kind,
            ref_ts=ts,
            ref_seq=seq,
            ref_uid=uid,
        )
        for place, (role, ref_kind, ts, seq, uid) in enumerate(dict.fromkeys(references))
    ]
