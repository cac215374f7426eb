"""A reading that its underlying did not follow within a quarter of an hour."""

from dataclasses import dataclass
from typing import Annotated

from flow.domain.units import MICROS
from signals.engine.classifiers.shared import Sentence, Term, Verdict, fire, silent
from signals.engine.explain import counted, number, price
from signals.engine.parameter import ParameterGroup, Tuned
from signals.engine.rounding import rounded

NO_FOLLOW_THROUGH = "no_follow_through"
CAP = 0.65  # as its confidences a guess: options-engine.md 12.6 gives the condition only
MINUTES = 15  # how long a reading has to be followed; source: options-engine.md 12.6
_SIGNS = {"bullish": 1, "bearish": -1}


@dataclass(frozen=True, kw_only=True)
class FollowThroughParams(ParameterGroup):
    """When a reading was followed. Source: options-engine.md 12.6 (PROPOSED)."""

    follow_through_min_move_bps: Annotated[
        float, Tuned("bps", 0, 1_000, "Least move that follows a reading", "spec 12.6")
    ] = 5.0


def judge_no_follow_through(
    direction: str,
    mid2_at_end: int | None,
    mid2_later: int | None,
    label: str,
    params: FollowThroughParams,
) -> Verdict:
    """Judge whether the underlying failed to move the way that a packet was read.

    Units: both mids are bid + ask in micro-dollars, one at the packet's end, the other 15 minutes
    later. A move of exactly the least one follows.
    Missing: without either mid it abstains; a reading without a direction has nothing to follow.
    Source: options-engine.md 12.6 (opposite, or less than 5 bps its way).
    """
    sign = _SIGNS.get(direction)
    if sign is None:
        return silent(NO_FOLLOW_THROUGH, "no_direction")
    if not mid2_at_end or not mid2_later:
        return silent(NO_FOLLOW_THROUGH, "needs_underlying")
    way = 10_000 * sign * (mid2_later - mid2_at_end)  # bps of the reading's way, times the mid
    least = params.follow_through_min_move_bps * mid2_at_end
    if way >= least:
        return silent(NO_FOLLOW_THROUGH, "followed")
    terms = [Term(0.50, "the underlying did not follow")]
    if -way >= least:
        terms.append(Term(0.15, "it moved the other way"))
    said = _said(direction, mid2_at_end, mid2_later, label, params)
    return fire(NO_FOLLOW_THROUGH, "neutral", terms, CAP, (said,))


def _said(
    direction: str, mid2_at_end: int, mid2_later: int, label: str, params: FollowThroughParams
) -> Sentence:
    at_end, later = mid2_at_end / (2 * MICROS), mid2_later / (2 * MICROS)
    move = rounded(10_000 * (mid2_later - mid2_at_end) / mid2_at_end, 2)
    least = params.follow_through_min_move_bps
    return {
        "text": f"{label} was read as {direction}; the underlying stood at {price(at_end)} then "
        f"and at {price(later)} {MINUTES} minutes later, {counted(move, 'basis point')} on: "
        f"less than {number(least)} that way.",
        "keys": ["underlying_mid"],
        "values": {"underlying_mid": at_end, "mid_later": later, "move_bps": move},
        "thresholds": {"follow_through_min_move_bps": least},
    }
