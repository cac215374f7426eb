"""An unusual amount in a contract that expires in months."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine import explain, explain_rules
from signals.engine.classifiers.activity import (
    ActivityParams,
    amount_terms,
    floors,
    inactivity,
    usual,
    z_term,
)
from signals.engine.classifiers.shared import (
    Sentence,
    Term,
    Verdict,
    fire,
    lean_of,
    silent,
    took_sides_terms,
)
from signals.engine.explain import number, sentence
from signals.engine.features import Features
from signals.engine.parameter import Tuned

FAR_DATED = "far_dated_conviction"
CAP = 0.85
VERY_FAR_DAYS = 90  # source: options-engine.md 12.3


@dataclass(frozen=True, kw_only=True)
class FarDatedParams(ActivityParams):
    """Threshold of the far-dated rule. Source: options-engine.md 12.3."""

    far_dated_min_days: Annotated[
        int, Tuned("days", 1, 3_650, "Days to expiry that are far", "spec 12.3")
    ] = 60


def judge_far_dated(features: Features, label: str, params: FarDatedParams) -> Verdict:
    """Judge whether much activity stands in a contract far from its expiry.

    Missing: unknown days to expiry or an unknown premium abstain. Minute bars may fire, without
    sides and so neutral.
    Source: options-engine.md 12.3 and 12.5; golden G8.
    """
    days = features.dte_days
    if days is None:
        return silent(FAR_DATED, "needs_days_to_expiry")
    if days < params.far_dated_min_days:
        return silent(FAR_DATED, "near_expiry")
    reason = inactivity(features, params)
    if reason:
        return silent(FAR_DATED, reason)
    direction = lean_of(features, params)
    sentences = (
        explain.pattern(features, label, "a view on the months ahead"),
        _distance(features, days, params),
        floors(features, params),
        usual(features, params),
        explain.aggressor_mix(features, params, "on both together"),
        explain_rules.lean(features, params, direction),
    )
    return fire(FAR_DATED, direction, _terms(features, days, params), CAP, sentences)


def _terms(features: Features, days: int, params: FarDatedParams) -> list[Term]:
    terms = [Term(0.50, "an unusual amount far from expiry")]
    if days >= VERY_FAR_DAYS:
        terms.append(Term(0.05, f"{VERY_FAR_DAYS} days or more"))
    terms.extend(amount_terms(features, params, times=2, premium=0.10, size=0.05))
    terms.extend(z_term(features, params, 0.10))
    return terms + took_sides_terms(features, params)


def _distance(features: Features, days: int, params: FarDatedParams) -> Sentence:
    return sentence(
        f"It expires in {number(days)} days, on {features.expiry}; far is from "
        f"{number(params.far_dated_min_days)} days on.",
        features,
        ("dte_days", "expiry"),
        far_dated_min_days=params.far_dated_min_days,
    )
