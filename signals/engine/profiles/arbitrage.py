"""Matched legs without exposure: consistent with structure arbitrage."""

from signals.engine.explain import percent
from signals.engine.profiles import terms
from signals.engine.profiles.shared import Inputs, ProfileParams, Term, limits_of, values_of

PROFILE = "arbitrage"
TYPES = ("box", "conversion_reversal")
MIN_SYMMETRY = 0.7
MAX_BIAS = 0.15


def arbitrage_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2: 0.08 + 0.18 structure + 0.24 symmetry from 0.7 + 0.18 flat;
    errata 5: the three count only for a box and a conversion or reversal; 13.5: flat needs a
    resolved share of at least 0.35.
    """
    features, least = inputs.features, params.direction_min_signed_share
    base = terms.eligible(0.08, inputs, params)
    if features.structure_type not in TYPES:
        return (base,)
    symmetry = features.same_size_leg_symmetry or 0.0
    is_flat = features.signed_share >= least and abs(features.imbalance) <= MAX_BIAS
    return terms.contributing(
        base,
        Term(
            "matched_structure",
            0.18,
            f"The legs read as a {features.structure_type.replace('_', ' or ')}.",
            values_of(features, "structure_type", "structure_legs"),
        ),
        Term(
            "matched_leg_symmetry",
            0.24 if symmetry >= MIN_SYMMETRY else 0.0,
            f"The smallest leg has {percent(symmetry, MIN_SYMMETRY)} of the largest; "
            f"{percent(MIN_SYMMETRY)} and more count.",
            values_of(features, "same_size_leg_symmetry"),
        ),
        Term(
            "near_flat_directional_exposure",
            0.18 if is_flat else 0.0,
            f"The sides of {percent(features.signed_share, least)} of the size are resolved and "
            f"differ by {percent(abs(features.imbalance), MAX_BIAS)}; from "
            f"{percent(least)} resolved and up to "
            f"{percent(MAX_BIAS)} apart count.",
            values_of(features, "signed_share", "imbalance"),
            limits_of(params, "direction_min_signed_share"),
        ),
    )
