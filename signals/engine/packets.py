"""One final session becomes one packet: totals, members by value, and measured features.

All sums are integers (sizes, micro-dollars, millionths of confidence), so their order cannot change
a digit. The feature keys are the fields of `features.Features`.
"""

from hashlib import blake2b

from flow.domain.contracts import Contract
from flow.domain.events import StampedPrint
from flow.domain.ids import content_uid
from signals.engine.case import Case
from signals.engine.clusters import ClosedSession
from signals.engine.features import Features
from signals.engine.measures import measure
from signals.engine.params import Params
from signals.engine.records import ENGINE_VERSION, Member, Packet
from signals.engine.rulings import Ruling
from signals.engine.tally import tally_members


def build_packet(
    session: ClosedSession, contract: Contract, ruling: Ruling, *, cause_seq: int, ordinal: int
) -> Packet:
    """Build the packet of one final session under the revision of its opening print.

    Shape: at least one member, sorted by (ts, uid).
    Missing: the premium is None if one member's is; features say None for what cannot be told.
    Source: options-engine.md 2.4; identity of design, point 5.
    """
    held = session.held
    opening, last = held[0].print, held[-1].print
    tally = tally_members(held, contract.underlying, ruling.params)
    return Packet(
        uid=content_uid(
            "packet", ENGINE_VERSION, ruling.params.digest, session.contract, opening.uid.hex()
        ),
        ts=opening.ts,
        end_ts=last.ts,
        cause_seq=cause_seq,
        ordinal=ordinal,
        contract=session.contract,
        underlying=contract.underlying,
        tuning_revision=ruling.revision,
        print_count=len(held),
        size=tally.size,
        premium_micros=tally.premium_micros,
        first_price_micros=opening.price_micros,
        last_price_micros=last.price_micros,
        vwap_micros=(2 * tally.value_micros + tally.size) // (2 * tally.size),
        features=measure(session, contract, tally, ruling.params),
        members=tuple(_member(each.print) for each in held),
        member_digest=blake2b(b"".join(each.print.uid for each in held), digest_size=16).digest(),
    )


def case_of(packet: Packet, contract: Contract, params: Params) -> Case:
    """Return what judging an eligible packet needs."""
    return Case(packet, Features(**packet.features), contract, params, packet.members[0].uid)


def _member(print_: StampedPrint) -> Member:
    return Member(
        print_.seq,
        print_.ts,
        print_.uid,
        print_.quote_ts,
        print_.quote_seq,
        print_.spot_ts,
        print_.spot_seq,
    )
