"""What every rule classifier shares: its answer, its adjustments, common parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from signals.engine import explain
from signals.engine.direction import Direction, DirectionParams, infer_direction
from signals.engine.features import Features
from signals.engine.parameter import ParameterGroup, Tuned

Sentence = dict[str, Any]
Words = tuple[str, str]  # of an adjustment, where it raises and where it lowers

LEANS: Words = ("size leans to one side", "no side prevails")
TOOK_SIDES: Words = ("most size took a side", "little size took a side")
RESOLVED: Words = ("sides of the legs are known", "sides of the legs are not known")


@dataclass(frozen=True, kw_only=True)
class ClassifierParams(ParameterGroup):
    """Limits that several rules use. Source: options-engine.md 11.2 and 12.1."""

    z_min_samples: Annotated[
        int, Tuned("samples", 1, 10_000, "A baseline speaks from this many packets", "spec 12.1")
    ] = 12
    min_nbbo_coverage: Annotated[
        float, Tuned("ratio", 0, 1, "Aggressor shares count from this coverage", "spec 12.1")
    ] = 0.5
    min_aggressor_ratio: Annotated[
        float, Tuned("ratio", 0, 1, "Share of size on one side that supports a rule", "spec 12.1")
    ] = 0.55
    special_min_ratio: Annotated[
        float, Tuned("ratio", 0, 1, "Share of special prints that speaks against", "spec 11.2")
    ] = 0.34


class Term(msgspec.Struct, frozen=True, gc=False):
    """One addend of a confidence, with the words that say why."""

    points: float
    why: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one rule says of one packet.

    `reason` is empty when it fired; `needs_...` means that it abstains because the input cannot
    tell, anything else that its condition does not hold.
    """

    classifier_id: str
    fired: bool = False
    reason: str = ""
    confidence: float = 0.0
    direction: Direction = "unknown"
    sentences: tuple[Sentence, ...] = ()


@lru_cache(maxsize=1_024)  # a few reasons for each rule
def silent(classifier_id: str, reason: str) -> Verdict:
    """Return the verdict of a rule that does not fire."""
    return Verdict(classifier_id=classifier_id, reason=reason)


def fire(
    classifier_id: str,
    direction: Direction,
    terms: Sequence[Term],
    cap: float,
    sentences: Sequence[Sentence],
    *,
    factor: float = 1.0,
) -> Verdict:
    """Return the verdict of a rule that fires; its last sentence says how its confidence adds up.

    `factor`: what an inference leaves of the sum, after the cap (errata 40).
    """
    confidence = total(terms, cap, factor)
    return Verdict(
        classifier_id=classifier_id,
        fired=True,
        confidence=confidence,
        direction=direction,
        sentences=(*sentences, explain.confidence(terms, cap, factor, confidence)),
    )


def first_reason(tests: Sequence[tuple[bool, str]]) -> str:
    """Return the reason of the first test that failed, empty if none did."""
    return next((reason for failed, reason in tests if failed), "")


def reaches(z: float | None, samples: int, least: float, params: ClassifierParams) -> bool:
    """Return whether a z counts and is high enough. Source: options-engine.md 12.2, strict z of 10.

    Missing: no z (no baseline is ready) never counts.
    """
    return z is not None and samples >= params.z_min_samples and z >= least


def aggressor_term(
    coverage: float, ratio: float, params: ClassifierParams, words: Words = LEANS
) -> Term | None:
    """Return the AGG adjustment: up if enough of the size took the side asked for, else down.

    Missing: below the least coverage quotes say too little, and nothing changes.
    Source: options-engine.md 12.2, ratios unweighted by errata 7.
    """
    if coverage < params.min_nbbo_coverage:
        return None
    return _side_term(ratio, params, words)


def took_sides_terms(features: Features, params: ClassifierParams) -> list[Term]:
    """Return the AGG adjustment by the size that took either side; bars of minutes have none."""
    if features.granularity == "minute":
        return []
    term = aggressor_term(features.coverage, aggressive_share(features), params, TOOK_SIDES)
    return [term] if term else []


def side_terms(
    coverage: float, ratio: float, params: ClassifierParams, words: Words = LEANS
) -> list[Term]:
    """Return the SIDE adjustment: for rules that rest on a side, thin coverage costs.

    Missing: its callers ask only where some size is covered, so the -0.15 without any has no place.
    Source: options-engine.md 12.2, ratios unweighted by errata 7.
    """
    term = _side_term(ratio, params, words)
    if coverage < params.min_nbbo_coverage:
        return [Term(-0.10, "quotes cover little of the size"), term]
    return [term]


def _side_term(ratio: float, params: ClassifierParams, words: Words) -> Term:
    if ratio >= params.min_aggressor_ratio:
        return Term(0.05, words[0])
    return Term(-0.10, words[1])


def aggressive_share(features: Features) -> float:
    """Return the share of size that took either side, to four places; unweighted by errata 7."""
    return round(features.buy_raw + features.sell_raw, 4)


def lean_of(features: Features, params: DirectionParams) -> Direction:
    """Return the direction of a rule whose pattern has none of its own: neutral where untold.

    Source: options-engine.md 12.5 (neutral below the least imbalance or signed share); errata 5.
    """
    found = infer_direction(features, params)
    return found if found in ("bullish", "bearish") else "neutral"


def total(terms: Sequence[Term], cap: float, factor: float = 1.0) -> float:
    """Return the sum of the terms between 0 and the cap, times the factor, to four places."""
    points = sum(round(term.points * 10_000) for term in terms) / 10_000
    return round(min(cap, max(0.0, points)) * factor, 4)
