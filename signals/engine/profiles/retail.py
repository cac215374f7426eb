"""Short-dated, out of the money, many prints: consistent with an attention-driven flow."""

from signals.engine.explain import dollars, number, percent
from signals.engine.profiles import terms
from signals.engine.profiles.shared import (
    OTM_FROM,
    RETAIL_PREMIUM_USD,
    SHORT_DATED_DAYS,
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
    shock, premium = features.iv_shock or 0.0, features.premium_usd
    is_small = premium is not None and premium < RETAIL_PREMIUM_USD
    return terms.contributing(
        terms.eligible(0.12, inputs, params),
        Term(
            "short_dated_otm_attention_flow",
            0.28,
            f"{terms.days(features.dte_days)} to expiry and {percent(features.otm_pct or 0)} out "
            f"of the money; at most {SHORT_DATED_DAYS} days and at least {percent(OTM_FROM)} "
            "count.",
            values_of(features, "dte_days", "otm_pct"),
        )
        if inputs.is_short_dated_otm
        else None,
        terms.burst(0.18, inputs),
        Term(
            "iv_shock",
            points(min(IV_SHOCK_CAP, shock)),
            f"Implied volatility stands {number(round(100 * shock, 2))} points above its usual "
            f"level; {number(100 * IV_SHOCK_CAP)} count in full.",
            values_of(features, "iv_shock", "iv_typical", "iv_n"),
        )
        if shock > 0
        else None,
        Term(
            "small_premium",
            0.10,
            f"{dollars(premium or 0, RETAIL_PREMIUM_USD)} of premium is below "
            f"{dollars(RETAIL_PREMIUM_USD)}.",
            values_of(features, "premium_usd"),
        )
        if is_small
        else None,
    )
