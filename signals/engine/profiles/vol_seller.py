"""Premium taken in: consistent with a supply of volatility."""

from signals.engine.explain import dollars, percent
from signals.engine.profiles.shared import Inputs, ProfileParams, Term, points, values_of

PROFILE = "vol_seller"


def vol_seller_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2 and 13.5: 0.12 + 0.24 sold + 0.20 short straddle or strangle +
    0.14 premium; the structure counts only with its short side.
    """
    features = inputs.features
    is_short = (
        features.structure_type in ("straddle", "strangle")
        and features.structure_vol_side == "short"
    )
    found = [
        Term("eligible_packet", 0.12, "The packet is above the floors of an event.", {}),
        Term(
            "sell_side_premium",
            0.24 if inputs.is_sold else 0.0,
            f"{percent(features.sell_raw)} of the size printed at the bid or below; "
            f"{percent(params.profile_min_aggression)} and more count.",
            values_of(features, "sell_raw"),
        ),
        Term(
            "short_vol_structure_evidence",
            0.20 if is_short else 0.0,
            f"The legs read as a {features.structure_type} on its short side.",
            values_of(features, "structure_type", "structure_vol_side", "structure_inferred"),
        ),
        Term(
            "premium",
            points(0.14 * inputs.premium_factor),
            f"{dollars(features.premium_usd or 0)} of premium; "
            f"{dollars(params.full_premium_usd(features.security_type))} counts in full.",
            values_of(features, "premium_usd", "security_type"),
        ),
    ]
    return tuple(term for term in found if term.points > 0)
