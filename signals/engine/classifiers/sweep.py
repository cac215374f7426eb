"""Call and put sweeps: one contract taken on several venues within half a second."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine import explain, explain_rules
from signals.engine.classifiers.shared import (
    ClassifierParams,
    Sentence,
    Term,
    Verdict,
    aggressor_term,
    fire,
    first_reason,
    reaches,
    silent,
)
from signals.engine.direction import Direction, DirectionParams, infer_direction
from signals.engine.explain import dollars, number, percent, price, sentence
from signals.engine.features import Features
from signals.engine.parameter import Tuned

CALL_SWEEP, PUT_SWEEP = "large_bullish_call_sweep", "large_bearish_put_sweep"
CAP = 0.95
Z_BEYOND = 1.0  # 12.3: z 3, one above its limit


@dataclass(frozen=True, kw_only=True)
class SweepParams(ClassifierParams, DirectionParams):
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


def judge_sweep(classifier_id: str, features: Features, label: str, params: SweepParams) -> Verdict:
    """Judge whether a packet is consistent with a sweep of its contract at the ask.

    It declines where sides weighted by their confidence tell the opposite direction: no packet
    is read both ways (12.5, F18).
    Missing: without ticks, venues or a premium it abstains; without a baseline only the floor of
    the premium can pass.
    Source: options-engine.md 12.3 and 12.5; errata 7, 14, 41; golden G8.
    """
    is_call = classifier_id == CALL_SWEEP
    direction: Direction = "bullish" if is_call else "bearish"
    reason = _refusal("call" if is_call else "put", direction, features, params)
    if reason:
        return silent(classifier_id, reason)
    sentences = (
        explain.pattern(features, label, "an order swept across venues and filled at the ask"),
        _run(features),
        explain.premium_floor(
            features,
            {
                "sweep_min_premium_usd": params.sweep_min_premium_usd,
                "sweep_min_count": params.sweep_min_count,
            },
        ),
        _trend(features),
        explain_rules.baseline(
            features, {"sweep_min_premium_z": params.sweep_min_premium_z}, params.z_min_samples
        ),
        explain.aggressor_mix(features, params),
        *_special(features, params),
    )
    return fire(classifier_id, direction, _terms(features, params), CAP, sentences)


def _refusal(right: str, direction: Direction, features: Features, params: SweepParams) -> str:
    """Return why the rule does not fire, empty if it does; the first reason wins."""
    if features.option_type != right:
        return "other_right"
    return _no_sweep(features, params) or _other_side(direction, features, params)


def _no_sweep(features: Features, params: SweepParams) -> str:
    return first_reason(
        (
            (features.granularity == "minute", "needs_ticks"),
            (features.venue_count is None, "needs_venues"),
            (features.premium_usd is None, "needs_premium"),
            (features.count < params.sweep_min_count, "too_few_prints"),
            (not _is_large(features, params), "low_premium"),
            (not features.sweep, "no_sweep"),
        )
    )


def _other_side(direction: Direction, features: Features, params: SweepParams) -> str:
    told = infer_direction(features, params)
    buy, sell = features.buy_raw, features.sell_raw
    return first_reason(
        (
            (features.sweep_sign <= 0, "sweep_at_bid"),
            (buy < params.min_aggressor_ratio or buy <= sell, "not_bought"),
            (told in ("bullish", "bearish") and told != direction, "direction_disagrees"),
            (features.complex_size_ratio > 0.5, "complex_majority"),
        )
    )


def _is_large(features: Features, params: SweepParams) -> bool:
    enough = (features.premium_usd or 0) >= params.sweep_min_premium_usd
    return enough or _passes_z(features, params)


def _passes_z(features: Features, params: SweepParams, beyond: float = 0.0) -> bool:
    limit = params.sweep_min_premium_z + beyond
    return reaches(features.premium_z, features.premium_z_n, limit, params)


def _terms(features: Features, params: SweepParams) -> list[Term]:
    terms = [Term(0.55, "a sweep of an unusual amount")]
    if (features.last_price or 0) >= (features.first_price or 0):
        terms.append(Term(0.10, "price did not fall"))
    if features.count >= 5:
        terms.append(Term(0.10, "5 prints or more"))
    if (features.premium_usd or 0) >= 2 * params.sweep_min_premium_usd:
        terms.append(Term(0.15, "premium at twice its floor or more"))
    if _passes_z(features, params):
        terms.append(Term(0.10, "premium far above its baseline"))
    if _passes_z(features, params, Z_BEYOND):
        limit = params.sweep_min_premium_z + Z_BEYOND
        terms.append(Term(0.05, f"by a z of {number(limit)} or more"))
    adjustment = aggressor_term(features.coverage, features.buy_raw, params)
    if adjustment:
        terms.append(adjustment)
    if _is_special(features, params):
        terms.append(Term(-0.15, "special prints"))
    return terms


def _is_special(features: Features, params: SweepParams) -> bool:
    return features.special_size_ratio >= params.special_min_ratio


def _special(features: Features, params: SweepParams) -> list[Sentence]:
    """Say what the confidence lost to special prints, where it did."""
    if not _is_special(features, params):
        return []
    share = percent(features.special_size_ratio, params.special_min_ratio)
    return [
        sentence(
            f"{share} of the size are special prints; {percent(params.special_min_ratio)} and more "
            "count against a sweep.",
            features,
            ("special_size_ratio",),
            special_min_ratio=params.special_min_ratio,
        )
    ]


def _run(features: Features) -> Sentence:
    """Say what makes the packet a sweep; the rule fires only where its side is not the bid."""
    kind = "marked as sweep orders" if features.iso_sweep else "in one burst"
    return sentence(
        f"{number(features.sweep_count or 0)} prints {kind} on "
        f"{features.sweep_venue_count} venues within "
        f"{number(features.sweep_span_ms or 0)} ms took {number(features.sweep_size or 0)} "
        f"contracts for {dollars(features.sweep_premium_usd or 0)}; "
        f"{percent(features.sweep_side_ratio or 0)} of that size printed at the ask or beyond.",
        features,
        (
            "sweep_count", "sweep_venue_count", "sweep_span_ms", "sweep_size", "sweep_side_ratio",
            "sweep_premium_usd", "iso_sweep", "burst_sweep",
        ),
    )  # fmt: skip


def _trend(features: Features) -> Sentence:
    """Say where the price went from the first to the last print."""
    first, last = features.first_price or 0, features.last_price or 0
    verb = "rose" if last > first else "fell" if last < first else "stayed"
    to = f"from {price(first)} to {price(last)}" if last != first else f"at {price(first)}"
    return sentence(f"The price {verb} {to}.", features, ("first_price", "last_price"))
