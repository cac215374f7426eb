"""The six profiles in their order, and how each is scored. Hypotheses, never identities."""

from collections.abc import Callable

from signals.engine.direction import Direction, infer_direction
from signals.engine.features import Features
from signals.engine.params import Params
from signals.engine.penalties import NEUTRAL_PROFILES, penalties_of, read_penalties
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
    Penalty,
    ProfileParams,
    ProfileScore,
    Term,
    points,
    read_inputs,
    total_of,
)

Terms = Callable[[Inputs, ProfileParams], tuple[Term, ...]]

PROFILES: tuple[tuple[str, Terms], ...] = (
    (institutional.PROFILE, institutional.institutional_terms),
    (retail.PROFILE, retail.retail_terms),
    (event_driven.PROFILE, event_driven.event_terms),
    (vol_seller.PROFILE, vol_seller.vol_seller_terms),
    (arbitrage.PROFILE, arbitrage.arbitrage_terms),
    (hedge.PROFILE, hedge.hedge_terms),
)


def score_profiles(features: Features, params: Params) -> list[ProfileScore]:
    """Return the score of every profile on one packet, in the order of definition.

    Source: options-engine.md 13.2 and 13.5; errata 12 (the pin of institutional, then penalties).
    """
    inputs = read_inputs(features, params)
    lean = infer_direction(features, params)
    found = read_penalties(features, params)
    return [
        _score(profile_id, terms_of, inputs, lean, found, params)
        for profile_id, terms_of in PROFILES
    ]


def _score(  # noqa: PLR0917 - one profile, and what all of them read
    profile_id: str,
    terms_of: Terms,
    inputs: Inputs,
    lean: Direction,
    found: tuple[Penalty, ...],
    params: Params,
) -> ProfileScore:
    pin = None
    if profile_id == institutional.PROFILE:
        pin = institutional.institutional_pin(inputs, params)
    terms = (pin,) if pin else terms_of(inputs, params)
    raw = total_of(terms)
    penalties = penalties_of(profile_id, found, inputs.features)
    score = raw
    if penalties:
        worst = max([penalty.value for penalty in penalties])
        score = points(raw * (1 - params.penalty_weight * worst))
    return ProfileScore(
        profile_id=profile_id,
        raw=raw,
        score=score,
        direction=_direction(profile_id, lean),
        terms=terms,
        penalties=penalties,
        pin=pin.code if pin else None,
    )


def _direction(profile_id: str, lean: Direction) -> Direction:
    """Return the direction column of 13.2: an event without a lean is a neutral hypothesis."""
    if profile_id in NEUTRAL_PROFILES:
        return "neutral"
    if profile_id == event_driven.PROFILE and lean == "unknown":
        return "neutral"
    return lean
