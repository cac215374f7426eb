"""Short-dated, out of the money, many prints: consistent with an attention-driven flow."""

from signals.engine.explain import dollars, number, percent
from signals.engine.profiles.shared import (
    RETAIL_PREMIUM_USD,
    Inputs,
    ProfileParams,
    Term,
    points,
    values_of,
)

PROFILE = "retail_whale"
IV_SHOCK_CAP = 0.2


def retail_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2: 0.12 + 0.28 short-dated OTM + 0.18 burst + iv shock up to 0.2 +
    0.10 below 100,000 of premium; OTM signed and for both rights by 13.5.
    """
    features = inputs.features
    shock = features.iv_shock or 0.0
    found = [
        Term("eligible_packet", 0.12, "The packet is above the floors of an event.", {}),
        Term(
            "short_dated_otm_attention_flow",
            0.28 if inputs.is_short_dated_otm else 0.0,
            f"{features.dte_days} days to expiry and {percent(features.otm_pct or 0)} out of the "
            "money; at most 7 days and at least 5 % count.",
            values_of(features, "dte_days", "otm_pct"),
        ),
        Term(
            "burst_print_pattern",
            points(0.18 * inputs.burst_factor),
            f"{features.count:,} prints in {number(features.span_ms)} ms; 8 count in full.",
            values_of(features, "count", "span_ms"),
        ),
        Term(
            "iv_shock",
            points(min(IV_SHOCK_CAP, max(0.0, shock))),
            f"Implied volatility is {percent(shock)} above its usual level.",
            values_of(features, "iv_shock", "iv_typical", "iv_n"),
        ),
        Term(
            "small_premium",
            0.10 if (features.premium_usd or 0) < RETAIL_PREMIUM_USD else 0.0,
            f"{dollars(features.premium_usd or 0)} of premium is below "
            f"{dollars(RETAIL_PREMIUM_USD)}.",
            values_of(features, "premium_usd"),
        ),
    ]
    return tuple(term for term in found if term.points > 0)
