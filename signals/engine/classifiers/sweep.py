"""Call and put sweeps: one contract taken on several venues within half a second."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine import explain
from signals.engine.classifiers.shared import (
    ClassifierParams,
    Sentence,
    Term,
    Verdict,
    aggressor_term,
    silent,
    total,
)
from signals.engine.features import Features
from signals.engine.parameter import Tuned

CALL_SWEEP, PUT_SWEEP = "large_bullish_call_sweep", "large_bearish_put_sweep"
CAP = 0.95


@dataclass(frozen=True, kw_only=True)
class SweepParams(ClassifierParams):
    """Thresholds of the sweeps. Source: options-engine.md 12.1."""

    sweep_min_premium_usd: Annotated[
        int, Tuned("USD", 0, 1_000_000_000, "Least premium of a sweep", "spec 12.1")
    ] = 40_000
    sweep_min_count: Annotated[
        int, Tuned("prints", 1, 10_000, "Fewest prints of a sweep", "spec 12.1")
    ] = 3
    sweep_min_premium_z: Annotated[
        float, Tuned("z", 0, 100, "Or premium this far above its baseline", "spec 12.1")
    ] = 2.0


def judge_call_sweep(features: Features, label: str, params: SweepParams) -> Verdict:
    """Judge a call packet; see `judge_sweep`."""
    return judge_sweep(CALL_SWEEP, features, label, params)


def judge_put_sweep(features: Features, label: str, params: SweepParams) -> Verdict:
    """Judge a put packet; see `judge_sweep`."""
    return judge_sweep(PUT_SWEEP, features, label, params)


def judge_sweep(
    classifier_id: str, features: Features, label: str, params: SweepParams
) -> Verdict:
    """Judge whether a packet is consistent with a bought sweep of its contract.

    Missing: without ticks, venues or a premium the rule abstains. The baseline's z does not exist
    yet: only absolute floors can pass.
    Source: options-engine.md 12.3 and 12.5; errata 7, 14, 41; golden G8.
    """
    reason = _refusal(classifier_id, features, params)
    if reason:
        return silent(classifier_id, reason)
    terms = _terms(features, params)
    return Verdict(
        classifier_id=classifier_id,
        fired=True,
        confidence=total(terms, CAP),
        direction="bullish" if classifier_id == CALL_SWEEP else "bearish",
        sentences=_sentences(features, label, params, terms),
    )


def _refusal(classifier_id: str, features: Features, params: SweepParams) -> str:
    """Return why the rule does not fire, empty if it does; the first reason wins."""
    right = "call" if classifier_id == CALL_SWEEP else "put"
    tests = (
        (features.option_type != right, "other_right"),
        (features.granularity == "minute", "needs_ticks"),
        (features.venue_count is None, "needs_venues"),
        (features.premium_usd is None, "needs_premium"),
        (features.count < params.sweep_min_count, "too_few_prints"),
        ((features.premium_usd or 0) < params.sweep_min_premium_usd, "low_premium"),
        (not features.sweep, "no_sweep"),
        (features.sweep_sign < 0, "sweep_at_bid"),
        (features.buy_raw < params.min_aggressor_ratio, "not_bought"),
        (features.complex_size_ratio > 0.5, "complex_majority"),
    )
    return next((reason for failed, reason in tests if failed), "")


def _terms(features: Features, params: SweepParams) -> list[Term]:
    terms = [Term(0.55, "a sweep above its floors")]
    if features.last_price >= features.first_price:
        terms.append(Term(0.10, "price did not fall"))
    if features.count >= 5:
        terms.append(Term(0.10, "5 prints or more"))
    if (features.premium_usd or 0) >= 2 * params.sweep_min_premium_usd:
        terms.append(Term(0.15, "premium at twice its floor or more"))
    adjustment = aggressor_term(features.coverage, features.buy_raw, params)
    if adjustment:
        terms.append(adjustment)
    if features.special_size_ratio >= params.special_min_ratio:
        terms.append(Term(-0.15, "special prints"))
    return terms


def _sentences(
    features: Features, label: str, params: SweepParams, terms: list[Term]
) -> tuple[Sentence, ...]:
    return (
        explain.pattern(features, label, "an order swept across venues and filled at the ask"),
        explain.sweep_run(features),
        explain.premium_floor(
            features,
            {
                "sweep_min_premium_usd": params.sweep_min_premium_usd,
                "sweep_min_count": params.sweep_min_count,
            },
        ),
        explain.price_trend(features),
        explain.no_baseline(params.z_min_samples),
        explain.aggressor_mix(features, params),
        explain.confidence(terms, CAP),
    )
