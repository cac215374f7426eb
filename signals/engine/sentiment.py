"""What one print leans to, and whether it took liquidity: from its placement alone."""

from typing import Literal

from flow.domain.conditions import PrintConditions
from flow.domain.contracts import Right
from signals.engine.flow_params import SentimentParams
from signals.engine.placement import Placement

Sentiment = Literal["BULLISH", "BEARISH", "NEUTRAL"]
Aggressiveness = Literal["AGGRESSIVE", "NORMAL", "PASSIVE"]
PrintAggressiveness = Literal["AGGRESSIVE", "NORMAL", "PASSIVE", "UNKNOWN"]


def sentiment(
    placement: Placement, right: Right, conditions: PrintConditions, params: SentimentParams
) -> Sentiment:
    """Return what one print leans to: calls bought or puts sold are bullish.

    At or through the quote counts alike; the facts "above the ask" and "below the bid" are the
    sides AA and BB. Missing: no side, too little confidence in it, or a package: NEUTRAL.
    Source: options-engine.md 18.3 strict; errata 36 (0.45); golden G14.
    """
    sign = placement.sign
    if not sign or conditions.is_complex:
        return "NEUTRAL"
    if placement.confidence_ppm / 1_000_000 < params.flow_min_confidence:
        return "NEUTRAL"
    return "BULLISH" if (sign > 0) is (right == "C") else "BEARISH"


def aggressiveness(placement: Placement, params: SentimentParams) -> PrintAggressiveness:
    """Return whether one print took liquidity: at or through the bid or the ask it did.

    Inside the spread it is NORMAL near either end and PASSIVE in the middle (price improvement,
    negotiation). Missing: without a fresh two-sided quote, or a locked or crossed one, UNKNOWN.
    Source: options-engine.md 18.4 strict; golden G14.
    """
    if placement.sign:
        return "AGGRESSIVE"
    position = placement.spread_pos
    if position is None:
        return "UNKNOWN"
    if params.flow_passive_above_position < position < params.flow_passive_below_position:
        return "PASSIVE"
    return "NORMAL"
