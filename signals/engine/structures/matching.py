"""Stage B, the rules: which packets may be legs, and which two of them fit each other.

No flag ties these packets together, only time, venue, size and side: a size ratio is met by chance
by 15 % of random pairs (errata 8), so what is found here is an inference and says so.
"""

from collections.abc import Iterable

import msgspec

from flow.domain.units import MICROS
from flow.domain.venues import COUNTED_VENUES
from signals.engine.clusters import ClosedSession
from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.structures.assembly import Structure, inferred_structure
from signals.engine.structures.legs import Leg
from signals.engine.structures.params import StructureParams
from signals.engine.tally import Tally

REACH_WINDOWS = 3


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """One final packet that may be a leg. One start of one contract is one candidate.

    `due` is the earliest instant of its decision. `window_us` is that of the candidate's revision.
    """

    due: int
    leg: Leg
    venues: tuple[int, ...]
    revision: int
    window_us: int
    session: ClosedSession

    @property
    def key(self) -> tuple[int, str]:
        """Return the order and the identity inside one underlying and revision."""
        return self.leg.start_ts, self.leg.text

    @property
    def reach_us(self) -> int:
        """Return how far from its start another session can matter: partner, rival, their rival."""
        return REACH_WINDOWS * self.window_us


def is_candidate(features: Features, tally: Tally, params: StructureParams) -> bool:
    """Return whether a final packet may be a leg of an inferred structure.

    Missing: minute bars, unknown venues and an unknown premium are no candidates; nor is a packet
    with any flagged print: the tape itself says what that belongs to.
    Source: options-engine.md 9.4 stage B; errata 8.
    """
    premium = tally.premium_micros
    return (
        tally.size >= params.structure_leg_min_size
        and premium is not None
        and premium >= params.structure_leg_min_premium_usd * MICROS
        and abs(features.imbalance) >= params.structure_leg_min_imbalance
        and features.signed_share >= params.structure_leg_min_signed_share
        and features.granularity == "tick"
        and features.venue_count is not None
        and not features.complex_count
    )


def candidate_of(
    leg: Leg, session: ClosedSession, venues: Iterable[int], *, revision: int, params: Params
) -> Candidate:
    """Return the candidate of one final session, with the earliest instant of its decision.

    A pair depends on candidates two windows on (its partner, and the partner's others), a ladder on
    three: no earlier than that is it certain that no further session opens there.

    Shape: `session` is the final session, `leg` the sums over those of its prints that no flagged
    package owns; `venues` are codes of the leg's venues. `params` are those of `revision`.
    Source: errata 8 (decide when the watermark has passed everything that can matter).
    """
    window = params.structure_window_ms * 1_000
    return Candidate(
        due=max(leg.start_ts + REACH_WINDOWS * window, session.due),
        leg=leg,
        venues=tuple(sorted(COUNTED_VENUES.intersection(venues))),
        revision=revision,
        window_us=window,
        session=session,
    )


def share_venue(one: Candidate, other: Candidate) -> bool:
    """Return whether both printed on a common venue; the SIP itself is none."""
    return any(venue in other.venues for venue in one.venues)


def fit(one: Candidate, other: Candidate) -> Structure | None:
    """Return the two-leg structure that two candidates of one underlying and revision make.

    None where they start further apart than the window, share no venue, are one contract, or make
    nothing that has a name.
    Source: options-engine.md 9.4 stage B; errata 8.
    """
    if one.leg.text == other.leg.text:
        return None
    if abs(one.leg.start_ts - other.leg.start_ts) > one.window_us or not share_venue(one, other):
        return None
    structure = inferred_structure((one.leg, other.leg))
    return None if structure.shape.type == "multi_leg" else structure


def is_rung(anchor: Candidate, other: Candidate) -> bool:
    """Return whether a candidate may stand on the ladder that opens with `anchor`.

    Same root, expiry, right and sign, a venue in common with the anchor, starting within its
    window. Sizes may differ.
    Source: options-engine.md 9.4 (ladder).
    """
    one, two = anchor.leg, other.leg
    return (
        0 <= two.start_ts - one.start_ts <= anchor.window_us
        and two.sign == one.sign
        and two.contract.right == one.contract.right
        and two.contract.expiry == one.contract.expiry
        and two.contract.root == one.contract.root
        and share_venue(anchor, other)
    )
