"""Which way a packet leans. A hypothesis from sides, never a statement of intent."""

from dataclasses import dataclass
from typing import Annotated, Literal

from signals.engine.features import Features
from signals.engine.parameter import ParameterGroup, Tuned

Direction = Literal["bullish", "bearish", "neutral", "mixed", "unknown"]
# The two that can contradict each other (errata 35).
LEANS = ("bullish", "bearish")


@dataclass(frozen=True, kw_only=True)
class DirectionParams(ParameterGroup):
    """When sides say enough. Source: options-engine.md 13.3 strict."""

    direction_min_signed_share: Annotated[
        float, Tuned("ratio", 0, 1, "Less signed size tells no direction", "spec 13.3")
    ] = 0.35
    direction_min_imbalance: Annotated[
        float, Tuned("ratio", 0, 1, "A smaller imbalance is mixed", "spec 13.3")
    ] = 0.12


def infer_direction(features: Features, params: DirectionParams) -> Direction:
    """Return the direction of a packet.

    One contract: unknown below the least signed share, mixed below the least imbalance, else the
    side by the right. A structure: by its type and the signs of its legs (9.4), never by imbalance,
    and no lean where too few legs are resolved (16.5).
    Missing: minute bars have one price for all trades, so their sides tell nothing: unknown.
    Source: options-engine.md 13.3 strict; errata 5 and 6.
    """
    is_resolved = features.signed_share >= params.direction_min_signed_share
    if features.structure_type:
        leans = features.structure_direction in LEANS
        return "unknown" if leans and not is_resolved else features.structure_direction
    if features.granularity == "minute" or not is_resolved:
        return "unknown"
    if not features.imbalance or abs(features.imbalance) < params.direction_min_imbalance:
        return "mixed"
    bought = features.imbalance > 0
    return "bullish" if bought == (features.option_type == "call") else "bearish"
