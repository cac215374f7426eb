"""What every rule classifier shares: its answer, the aggressor adjustment, common parameters."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from signals.engine.parameter import ParameterGroup, Tuned

Direction = Literal["bullish", "bearish", "neutral", "mixed", "unknown"]
Sentence = dict[str, Any]


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


class Term(msgspec.Struct, frozen=True):
    """One addend of a confidence, with the words that say why."""

    points: float
    why: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
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


def silent(classifier_id: str, reason: str) -> Verdict:
    """Return the verdict of a rule that does not fire."""
    return Verdict(classifier_id=classifier_id, reason=reason)


def aggressor_term(coverage: float, ratio: float, params: ClassifierParams) -> Term | None:
    """Return the AGG adjustment: up if the size leans to one side, down if it does not.

    Missing: below the least coverage quotes say too little, and nothing changes.
    Source: options-engine.md 12.2, ratios unweighted by errata 7.
    """
    if coverage < params.min_nbbo_coverage:
        return None
    if ratio >= params.min_aggressor_ratio:
        return Term(0.05, "size leans to one side")
    return Term(-0.10, "no side prevails")


def total(terms: list[Term], cap: float) -> float:
    """Return the sum of the terms between 0 and the cap, to four places."""
    points = sum(round(term.points * 10_000) for term in terms) / 10_000
    return min(cap, max(0.0, points))
