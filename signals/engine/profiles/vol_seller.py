"""Premium taken in: consistent with a supply of volatility."""

from signals.engine.explain import percent
from signals.engine.features import Features
from signals.engine.profiles import terms
from signals.engine.profiles.shared import Inputs, ProfileParams, Term, limits_of, values_of

PROFILE = "vol_seller"


def vol_seller_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2 and 13.5: 0.12 + 0.24 sold + 0.20 short straddle or strangle +
    0.14 premium; the structure counts only with its short side, its size by its legs (errata 6).
    """
    features, least = inputs.features, params.profile_min_aggression
    is_short = (
        features.structure_type in ("straddle", "strangle")
        and features.structure_vol_side == "short"
    )
    return terms.contributing(
        terms.eligible(0.12, inputs, params),
        Term(
            "sell_side_premium",
            0.24,
            f"{percent(inputs.sold_share, least)} of the size {_where(features)}; "
            f"{percent(least)} and more count.",
            values_of(features, *_sold_keys(features)),
            limits_of(params, "profile_min_aggression"),
        )
        if inputs.is_sold
        else None,
        Term(
            "short_vol_structure_evidence",
            0.20,
            f"The legs read as a {features.structure_type} on its short side.",
            values_of(features, "structure_type", "structure_vol_side", "structure_inferred"),
        )
        if is_short
        else None,
        terms.premium(0.14, inputs, params),
    )


def _where(features: Features) -> str:
    return "lies in short legs" if features.structure_type else "printed at the bid or below"


def _sold_keys(features: Features) -> tuple[str, ...]:
    return ("structure_signs", "structure_leg_sizes") if features.structure_type else ("sell_raw",)
