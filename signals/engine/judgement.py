"""Which hypothesis leads, by how much, and when the honest answer is to decline."""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from signals.engine.direction import LEANS, Direction
from signals.engine.features import Features
from signals.engine.gate import EventParams
from signals.engine.parameter import Tuned
from signals.engine.profiles.shared import ProfileScore
from signals.engine.quality import UNQUOTED, is_unquoted

Band = Literal["high", "medium", "low"]
_SCORE = ("score", 0, 1)
_OWN = "spec 13.2 (one floor); 0 leaves that one alone"
# The key of each profile's own floor.
OWN_FLOORS = {
    "institutional_directional": "directional_min_score",
    "retail_whale": "retail_min_score",
    "event_driven": "event_min_score",
    "vol_seller": "vol_seller_min_score",
    "arbitrage": "arbitrage_min_score",
    "hedge_reactive": "hedge_min_score",
}
MAX_ALTERNATIVES = 3


@dataclass(frozen=True, kw_only=True)
class JudgementParams(EventParams):
    """Bands and margins. Source: options-engine.md 13.2 and 13.5."""

    band_high_min_score: Annotated[float, Tuned(*_SCORE, "High from here", "spec 13.2")] = 0.72
    band_medium_min_score: Annotated[float, Tuned(*_SCORE, "Medium from here", "spec 13.2")] = 0.52
    abstain_min_score: Annotated[
        float, Tuned(*_SCORE, "A lower best score declines", "spec 13.2")
    ] = 0.42
    abstain_min_margin: Annotated[
        float, Tuned(*_SCORE, "A smaller lead is no clear one", "spec 13.5")
    ] = 0.05
    directional_min_score: Annotated[
        float, Tuned(*_SCORE, "Directional accumulation declines below", _OWN)
    ] = 0.0
    retail_min_score: Annotated[
        float, Tuned(*_SCORE, "Retail attention flow declines below", _OWN)
    ] = 0.0
    event_min_score: Annotated[float, Tuned(*_SCORE, "Event positioning declines below", _OWN)] = (
        0.0
    )
    vol_seller_min_score: Annotated[
        float, Tuned(*_SCORE, "Volatility supply declines below", _OWN)
    ] = 0.0
    arbitrage_min_score: Annotated[
        float, Tuned(*_SCORE, "Structure arbitrage declines below", _OWN)
    ] = 0.0
    hedge_min_score: Annotated[float, Tuned(*_SCORE, "Hedge rebalance declines below", _OWN)] = 0.0

    def own_floor(self, profile_id: str) -> float:
        """Return the least score with which a profile leads, besides the one for all."""
        key = OWN_FLOORS.get(profile_id)
        return getattr(self, key) if key else 0.0


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What the scores say together. Without a primary profile the event declines."""

    scores: tuple[ProfileScore, ...]  # best first, ties in the order of definition
    primary: ProfileScore | None
    band: Band
    margin: float
    alternatives: tuple[str, ...]
    abstain_reasons: tuple[str, ...]


def judge(
    scores: list[ProfileScore], quality: float, features: Features, params: JudgementParams
) -> Judgement:
    """Return which profile leads, or why none does.

    A lead below the least margin declines where the two directions contradict each other; else it
    is shown with its band capped at medium and the runners-up beside it. A profile may have a floor
    of its own: the largest scores that the six can have reach from 0.68 to 0.91.
    Source: options-engine.md 13.2, 13.5, 16.2; errata 3, 35.
    """
    ordered = sorted(scores, key=_score, reverse=True)
    top, second = ordered[0], ordered[1]
    margin = round(top.score - second.score, 4)
    is_thin = margin < params.abstain_min_margin
    found = {
        "below_score_floor": top.score < params.abstain_min_score,
        "below_profile_floor": top.score < params.own_floor(top.profile_id),
        UNQUOTED: is_unquoted(features, params),
        "insufficient_evidence": quality < params.abstain_min_evidence_quality,
        "conflicting_evidence": is_thin and _contradict(top.direction, second.direction),
    }
    reasons = tuple(reason for reason, holds in found.items() if holds)
    close = [
        each.profile_id
        for each in ordered[1:]
        if round(top.score - each.score, 4) < params.abstain_min_margin
    ]
    return Judgement(
        scores=tuple(ordered),
        primary=None if reasons else top,
        band=band_of(top.score, params, is_capped=is_thin),
        margin=margin,
        alternatives=tuple(close[:MAX_ALTERNATIVES]),
        abstain_reasons=reasons,
    )


def _score(score: ProfileScore) -> float:
    return score.score


def _contradict(one: Direction, other: Direction) -> bool:
    return one in LEANS and other in LEANS and one != other


def band_of(score: float, params: JudgementParams, *, is_capped: bool) -> Band:
    """Return high, medium or low; a capped score is at most medium."""
    if score >= params.band_high_min_score and not is_capped:
        return "high"
    return "medium" if score >= params.band_medium_min_score else "low"
