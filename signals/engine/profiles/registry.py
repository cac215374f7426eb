"""The six profiles in their order, and how each is scored. Hypotheses, never identities."""

from collections.abc import Callable

from signals.engine.direction import infer_direction
from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.penalties import penalties_of
from signals.engine.profiles import (
    arbitrage,
    event_driven,
    hedge,
    institutional,
    retail,
    vol_seller,
)
from signals.engine.profiles.shared import (
    Inputs,
    ProfileParams,
    ProfileScore,
    Term,
    read_inputs,
    total_of,
)
from signals.engine.quality import suppressions

Terms = Callable[[Inputs, ProfileParams], tuple[Term, ...]]

PROFILES: tuple[tuple[str, Terms], ...] = (
    (institutional.PROFILE, institutional.institutional_terms),
    (retail.PROFILE, retail.retail_terms),
    (event_driven.PROFILE, event_driven.event_terms),
    (vol_seller.PROFILE, vol_seller.vol_seller_terms),
    (arbitrage.PROFILE, arbitrage.arbitrage_terms),
    (hedge.PROFILE, hedge.hedge_terms),
)
# What people read: a style of behaviour, hedged (options-engine.md 13.5 and 16.4).
READINGS = {
    institutional.PROFILE: "directional accumulation",
    retail.PROFILE: "retail attention flow",
    event_driven.PROFILE: "event positioning",
    vol_seller.PROFILE: "volatility supply",
    arbitrage.PROFILE: "structure arbitrage",
    hedge.PROFILE: "hedge rebalance",
}
_NEUTRAL = (vol_seller.PROFILE, arbitrage.PROFILE)


def score_profiles(features: Features, params: Params) -> list[ProfileScore]:
    """Return the score of every profile on one packet, in the order of definition.

    Source: options-engine.md 13.2 and 13.5; errata 12 (the pin of institutional, then penalties).
    """
    inputs = read_inputs(features, params)
    lean = infer_direction(features, params)
    found = []
    for profile_id, terms_of in PROFILES:
        terms = terms_of(inputs, params)
        raw, pin = total_of(terms), None
        if profile_id == institutional.PROFILE:
            pin = institutional.institutional_pin(inputs, suppressions(features, params))
            raw = institutional.PINNED if pin else raw
        penalties = penalties_of(profile_id, features, params)
        worst = max((penalty.value for penalty in penalties), default=0.0)
        found.append(
            ProfileScore(
                profile_id=profile_id,
                raw=raw,
                score=round(raw * (1 - params.penalty_weight * worst), 4),
                direction="neutral" if profile_id in _NEUTRAL else lean,
                terms=terms,
                penalties=penalties,
                pin=pin,
            )
        )
    return found
