"""An unusual amount in one contract, whichever side it printed on."""

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

SPIKE = "unusual_contract_spike"
CAP = 0.90


@dataclass(frozen=True, kw_only=True)
class SpikeParams(ClassifierParams):
    """Thresholds of the spike. Source: options-engine.md 12.1."""

    spike_min_premium_usd: Annotated[
        int, Tuned("USD", 0, 1_000_000_000, "Least premium of a spike", "spec 12.1")
    ] = 20_000
    spike_min_size: Annotated[
        int, Tuned("contracts", 1, 1_000_000, "Least size of a spike", "spec 12.1")
    ] = 400
    spike_min_premium_z: Annotated[
        float, Tuned("z", 0, 100, "Or premium this far above its baseline", "spec 12.1")
    ] = 2.5
    spike_min_size_z: Annotated[
        float, Tuned("z", 0, 100, "Or size this far above its baseline", "spec 12.1")
    ] = 2.0


def judge_spike(features: Features, label: str, params: SpikeParams) -> Verdict:
    """Judge whether a packet is large for any contract, in size and in premium.

    Missing: an unknown premium abstains. The baseline's z does not exist yet. Minute bars may
    fire, but their one price says nothing about sides, so no side counts.
    Source: options-engine.md 12.2, 12.3, 12.5; golden G8.
    """
    premium = features.premium_usd
    if premium is None:
        return silent(SPIKE, "needs_premium")
    if features.total_size < params.spike_min_size:
        return silent(SPIKE, "small_size")
    if premium < params.spike_min_premium_usd:
        return silent(SPIKE, "low_premium")
    terms = _terms(features, premium, params)
    return Verdict(
        classifier_id=SPIKE,
        fired=True,
        confidence=total(terms, CAP),
        direction="neutral",
        sentences=_sentences(features, label, params, terms),
    )


def _terms(features: Features, premium: float, params: SpikeParams) -> list[Term]:
    terms = [Term(0.50, "size and premium above their floors")]
    if features.total_size >= 2 * params.spike_min_size:
        terms.append(Term(0.15, "size at twice its floor or more"))
    if premium >= 2 * params.spike_min_premium_usd:
        terms.append(Term(0.15, "premium at twice its floor or more"))
    if features.granularity == "minute":
        return terms  # a bar's count and side say nothing: it is one record a minute
    if features.count >= 3:
        terms.append(Term(0.10, "3 prints or more"))
    ratio = max(features.buy_raw, features.sell_raw)
    adjustment = aggressor_term(features.coverage, ratio, params)
    return [*terms, adjustment] if adjustment else terms


def _sentences(
    features: Features, label: str, params: SpikeParams, terms: list[Term]
) -> tuple[Sentence, ...]:
    return (
        explain.pattern(features, label, "unusual interest in this contract"),
        explain.premium_floor(
            features,
            {
                "spike_min_premium_usd": params.spike_min_premium_usd,
                "spike_min_size": params.spike_min_size,
            },
        ),
        explain.no_baseline(params.z_min_samples),
        explain.aggressor_mix(features, params),
        explain.confidence(terms, CAP),
    )
