"""What the flow of an underlying does to a score: more where it agrees, less where it opposes."""

from typing import Literal

from flow.domain.units import round_half_away
from signals.engine.flow_params import BoostParams
from signals.engine.flow_scores import FlowContext

Direction = Literal["LONG", "SHORT", ""]
Horizon = Literal["scalp", "day", "swing"]

_LEANS = {"LONG": "BULLISH", "SHORT": "BEARISH"}


def boost(
    score: float,
    direction: Direction,
    context: FlowContext | None,
    params: BoostParams,
    horizon: Horizon = "day",
) -> float:
    """Return a score of 0 to 100 moved by the flow, to 2 places.

    `horizon` matters in additive mode only: the seed adds more the shorter it is. Never both modes.
    Missing: no context, no direction, neutral or too little flow leave the score as it is.
    Source: options-engine.md 18.6; golden G14.
    """
    if params.boost_mode == "additive":
        moved = score + boost_points(direction, context, params, horizon)
    else:
        moved = score * boost_factor(direction, context, params)
    return min(100.0, max(0.0, round_half_away(moved, 2)))


def boost_factor(direction: Direction, context: FlowContext | None, params: BoostParams) -> float:
    """Return what a score is multiplied with; 1.0 is no change.

    Scaling by confidence is BETTER there without being marked strict, so it is off by default.
    SHORT is the mirror of LONG. Source: options-engine.md 18.6.
    """
    if context is None or context.recommendation == "INSUFFICIENT_DATA":
        return 1.0
    if context.sentiment == "NEUTRAL" or not direction:
        return 1.0
    share = _share(context.institutional_score, params)
    if params.boost_confidence_scaling == "on":
        share = share * context.confidence / 100
    return 1 + share if context.sentiment == _LEANS[direction] else 1 - share


def boost_points(
    direction: Direction, context: FlowContext | None, params: BoostParams, horizon: Horizon
) -> float:
    """Return what is added to a score in additive mode: only marked flow in its direction adds.

    Source: options-engine.md 18.6, additive variant.
    """
    if context is None or context.recommendation != "FOLLOW_FLOW" or not direction:
        return 0.0
    if context.sentiment != _LEANS[direction]:
        return 0.0
    weights = {
        "scalp": params.boost_scalp_weight,
        "day": params.boost_day_weight,
        "swing": params.boost_swing_weight,
    }
    return weights[horizon] * context.institutional_score


def _share(score: int, params: BoostParams) -> float:
    if score > params.boost_strong_above_score:
        return params.boost_strong_share
    return params.boost_share if score > params.boost_above_score else 0.0
