"""Much activity near the money on the day of expiry, where gamma is highest."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine import explain, explain_rules
from signals.engine.classifiers.shared import (
    ClassifierParams,
    Sentence,
    Term,
    Verdict,
    fire,
    first_reason,
    lean_of,
    silent,
    took_sides_terms,
)
from signals.engine.direction import DirectionParams
from signals.engine.explain import number, percent, price, sentence
from signals.engine.features import Features
from signals.engine.parameter import Tuned

ZERO_DTE = "zero_dte_gamma_punch"
CAP = 0.90


@dataclass(frozen=True, kw_only=True)
class ZeroDteParams(ClassifierParams, DirectionParams):
    """Thresholds of the expiry-day rule. Source: options-engine.md 12.1."""

    zero_dte_max_atm_ratio: Annotated[
        float, Tuned("ratio", 0, 1, "Furthest strike from the underlying's mid", "spec 12.1")
    ] = 0.01
    zero_dte_min_premium_usd: Annotated[
        int, Tuned("USD", 0, 1_000_000_000, "Least premium on the day of expiry", "spec 12.1")
    ] = 20_000
    zero_dte_min_size: Annotated[
        int, Tuned("contracts", 1, 1_000_000, "Least size on the day of expiry", "spec 12.1")
    ] = 400


def judge_zero_dte(features: Features, label: str, params: ZeroDteParams) -> Verdict:
    """Judge whether a packet is large and near the money on the day that its contract expires.

    Missing: an unknown premium or no mid of the underlying abstains. Minute bars may fire, without
    sides and so neutral.
    Source: options-engine.md 12.3 and 12.5; golden G8.
    """
    distance = _distance(features)
    reason = _refusal(features, distance, params)
    if distance is None or reason:
        return silent(ZERO_DTE, reason)
    direction = lean_of(features, params)
    sentences = (
        explain.pattern(features, label, "a view on the last hours of this contract"),
        _near(features, distance, params),
        explain.premium_floor(
            features,
            {
                "zero_dte_min_premium_usd": params.zero_dte_min_premium_usd,
                "zero_dte_min_size": params.zero_dte_min_size,
            },
        ),
        explain_rules.baseline(features, {}, params.z_min_samples),
        explain.aggressor_mix(features, params, "on both together"),
        explain_rules.lean(features, params, direction),
    )
    return fire(ZERO_DTE, direction, _terms(features, distance, params), CAP, sentences)


def _distance(features: Features) -> float | None:
    """Return |strike - mid| / mid, None without a mid above 0."""
    mid = features.underlying_mid
    return abs(features.strike - mid) / mid if mid is not None and mid > 0 else None


def _refusal(features: Features, distance: float | None, params: ZeroDteParams) -> str:
    """Return why the rule does not fire, empty if it does; the first reason wins."""
    premium = features.premium_usd
    return first_reason(
        (
            (features.expiry != features.session_date, "other_expiry"),
            (premium is None, "needs_premium"),
            (features.total_size < params.zero_dte_min_size, "small_size"),
            ((premium or 0) < params.zero_dte_min_premium_usd, "low_premium"),
            (distance is None, "needs_underlying"),
            ((distance or 0) > params.zero_dte_max_atm_ratio, "far_from_money"),
        )
    )


def _terms(features: Features, distance: float, params: ZeroDteParams) -> list[Term]:
    terms = [Term(0.55, "large and near the money on its last day")]
    if 2 * distance <= params.zero_dte_max_atm_ratio:
        terms.append(Term(0.05, "within half the furthest distance"))
    if (features.premium_usd or 0) >= 2 * params.zero_dte_min_premium_usd:
        terms.append(Term(0.10, "premium at twice its floor or more"))
    if features.total_size >= 2 * params.zero_dte_min_size:
        terms.append(Term(0.05, "size at twice its floor or more"))
    return terms + took_sides_terms(features, params)


def _near(features: Features, distance: float, params: ZeroDteParams) -> Sentence:
    return sentence(
        f"It expires on the day of its print, {features.expiry}: strike {price(features.strike)} "
        f"against {price(features.underlying_mid or 0)} of the underlying, "
        f"{number(distance * 100)} % away (at most {percent(params.zero_dte_max_atm_ratio)}).",
        features,
        ("expiry", "session_date", "strike", "underlying_mid"),
        zero_dte_max_atm_ratio=params.zero_dte_max_atm_ratio,
    )
