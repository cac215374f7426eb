"""An unusual amount in one contract, whichever side it printed on."""

from signals.engine import explain
from signals.engine.classifiers.activity import (
    ActivityParams,
    amount_terms,
    floors,
    inactivity,
    passes_z,
    usual,
    z_term,
)
from signals.engine.classifiers.shared import Term, Verdict, aggressor_term, fire, silent
from signals.engine.explain import number
from signals.engine.features import Features

SPIKE = "unusual_contract_spike"
CAP = 0.90
Z_BEYOND = 1.0  # 12.3: premium z 3.5 or size z 3, each one above its limit


def judge_spike(features: Features, label: str, params: ActivityParams) -> Verdict:
    """Judge whether a packet is large for any contract, or for this one.

    Missing: an unknown premium abstains; without a baseline only the floors can pass. Minute bars
    may fire, but their one price says nothing about sides, so no side counts.
    Source: options-engine.md 12.2, 12.3, 12.5; golden G8.
    """
    reason = inactivity(features, params)
    if reason:
        return silent(SPIKE, reason)
    sentences = (
        explain.pattern(features, label, "unusual interest in this contract"),
        floors(features, params),
        usual(features, params),
        explain.aggressor_mix(features, params),
    )
    return fire(SPIKE, "neutral", _terms(features, params), CAP, sentences)


def _terms(features: Features, params: ActivityParams) -> list[Term]:
    terms = [Term(0.50, "an unusual amount")]
    terms.extend(amount_terms(features, params, times=2, premium=0.15, size=0.15))
    terms.extend(z_term(features, params, 0.10))
    if passes_z(features, params, beyond=Z_BEYOND):
        premium, size = params.spike_min_premium_z + Z_BEYOND, params.spike_min_size_z + Z_BEYOND
        why = f"by a z of {number(premium)} for premium or {number(size)} for size, or more"
        terms.append(Term(0.05, why))
    if features.granularity == "minute":
        return terms  # a bar's count and side say nothing: it is one record a minute
    if features.count >= 3:
        terms.append(Term(0.10, "3 prints or more"))
    ratio = max(features.buy_raw, features.sell_raw)
    adjustment = aggressor_term(features.coverage, ratio, params)
    return [*terms, adjustment] if adjustment else terms
