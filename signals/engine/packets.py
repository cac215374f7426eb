"""One group of prints becomes one packet: totals, members by value, and measured features.

All sums are integers (sizes, micro-dollars, millionths of confidence), so their order cannot change
a digit.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b

from flow.domain.events import StampedPrint
from flow.domain.ids import SEPARATOR, text_uid
from signals.engine.features import Features
from signals.engine.memory import Kept
from signals.engine.params import Params
from signals.engine.records import ENGINE_VERSION, Member, Packet
from signals.engine.rulings import Ruling
from signals.engine.tally import Tally


def identity_of(contract: str, opening: StampedPrint) -> str:
    """Return what makes a packet this packet: what it is of, and its opening print."""
    return f"{contract}{SEPARATOR}{opening.uid.hex()}"


def packet_uid(identity: str, params: Params) -> bytes:
    """Return the content identity of a packet (design, point 5)."""
    return text_uid("packet", ENGINE_VERSION, params.digest, identity)


def build_packet(  # noqa: PLR0917 - what a packet is of, and what it sums to
    members: Sequence[StampedPrint],
    contract: str,
    underlying: str,
    ruling: Ruling,
    tally: Tally,
    features: Features,
    *,
    identity: str,
    ts: int,
    end_ts: int,
    cause_seq: int,
    ordinal: int,
    rev: int = 0,
) -> Packet:
    """Build the row of one packet under the revision of its opening print.

    Shape: members sorted by place; none only where a cancel took the last one.
    Missing: the premium is None if one member's is; a structure has no single price.
    Source: options-engine.md 2.4.
    """
    priced = bool(members) and not features.structure_type
    return Packet(
        uid=packet_uid(identity, ruling.params),
        rev=rev,
        ts=ts,
        end_ts=end_ts,
        cause_seq=cause_seq,
        ordinal=ordinal,
        contract=contract,
        underlying=underlying,
        tuning_revision=ruling.revision,
        print_count=len(members),
        size=tally.size,
        premium_micros=tally.premium_micros,
        first_price_micros=members[0].price_micros if priced else None,
        last_price_micros=members[-1].price_micros if priced else None,
        vwap_micros=(2 * tally.value_micros + tally.size) // (2 * tally.size) if priced else None,
        features=features,
        members=_members(members),
        member_digest=blake2b(b"".join([each.uid for each in members]), digest_size=16).digest(),
    )


def empty_packet(
    kept: Kept, gone: StampedPrint, underlying: str, ruling: Ruling, *, cause_seq: int, ordinal: int
) -> Packet:
    """Build the revision of a packet whose last member a cancel took back: nothing is left."""
    features = Features(
        session_date=date.fromordinal(gone.session_date).isoformat(),
        premium_usd=0.0,
        cancelled_count=kept.group.cancelled_count + len(kept.group.held),
        event_gate="cancelled",
    )
    return build_packet(
        [],
        kept.identity.partition(SEPARATOR)[0],
        underlying,
        ruling,
        Tally(),
        features,
        identity=kept.identity,
        ts=kept.ts,
        end_ts=kept.end_ts,
        cause_seq=cause_seq,
        ordinal=ordinal,
        rev=kept.rev,
    )


def _members(prints: Sequence[StampedPrint]) -> tuple[Member, ...]:
    return tuple(
        [
            Member(
                each.seq,
                each.ts,
                each.uid,
                each.quote_ts,
                each.quote_seq,
                each.spot_ts,
                each.spot_seq,
            )
            for each in prints
        ]
    )
