"""A large one-sided packet: consistent with directional accumulation."""

from signals.engine.explain import percent
from signals.engine.features import Features
from signals.engine.gate import EventParams
from signals.engine.profiles import terms
from signals.engine.profiles.shared import (
    OTM_FROM,
    SHORT_DATED_DAYS,
    Inputs,
    ProfileParams,
    Term,
    limits_of,
    points,
    values_of,
)
from signals.engine.quality import INSIDE, SPECIAL, is_inside, is_special

PROFILE = "institutional_directional"
PINNED = 0.18
GUARD = "retail_frenzy_guard"


def institutional_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2: 0.20 + 0.25 premium + 0.18 burst + 0.16 quality + 0.12 side, by
    errata 6 that of the legs of a structure.
    """
    features = inputs.features
    return terms.contributing(
        terms.eligible(0.20, inputs, params, "large_parent_event"),
        terms.premium(0.25, inputs, params),
        terms.burst(0.18, inputs),
        Term(
            "quote_quality",
            points(0.16 * inputs.quality),
            f"Quotes cover {percent(features.coverage)} of the size, "
            f"{percent(features.stale_ratio)} are stale.",
            values_of(features, "coverage", "stale_ratio"),
        ),
        Term(
            "directional_aggressor_mix",
            0.12,
            f"{_sides(features)}; one side counts from {percent(params.profile_min_aggression)}.",
            values_of(features, *_side_keys(features)),
            limits_of(params, "profile_min_aggression"),
        )
        if inputs.is_one_sided
        else None,
    )


def _sides(features: Features) -> str:
    if features.structure_type:
        return (
            f"The legs lean {features.structure_direction}, {percent(features.signed_share)} of "
            "the size resolved"
        )
    return (
        f"{percent(features.buy_raw)} of the size at the ask or above, "
        f"{percent(features.sell_raw)} at the bid or below"
    )


def _side_keys(features: Features) -> tuple[str, ...]:
    if features.structure_type:
        return ("structure_type", "structure_direction", "signed_share")
    return ("buy_raw", "sell_raw")


def institutional_pin(inputs: Inputs, params: EventParams) -> Term | None:
    """Return the one term that holds the profile at 0.18, None if nothing does.

    Stale or missing quotes are no pin: they decline anyhow, and their penalty is the largest.
    Source: options-engine.md 13.2; errata 12 (special, inside and short-dated stay a pin, then the
    penalty multiplies).
    """
    features = inputs.features
    if is_special(features, params):
        least = params.special_min_ratio
        return Term(
            SPECIAL,
            PINNED,
            f"Held at {PINNED}: {percent(features.special_size_ratio, least)} of the size are "
            f"special prints; {percent(least)} and more hold it.",
            values_of(features, "special_size_ratio", "conditions"),
            limits_of(params, "special_min_ratio"),
        )
    if is_inside(features, params):
        least, most = params.inside_min_ratio, params.inside_max_signed_share
        return Term(
            INSIDE,
            PINNED,
            f"Held at {PINNED}: {percent(features.inside_ratio or 0, least)} of the quoted size "
            f"printed inside the spread, from {percent(least)}, and "
            f"{percent(features.signed_share, most)} took a side, less than {percent(most)}.",
            values_of(features, "inside_ratio", "signed_share"),
            limits_of(params, "inside_min_ratio", "inside_max_signed_share"),
        )
    if inputs.is_short_dated_otm:
        return Term(
            GUARD,
            PINNED,
            f"Held at {PINNED}: {terms.days(features.dte_days)} to expiry and "
            f"{percent(features.otm_pct or 0)} out of the money look like attention-driven flow; "
            f"at most {SHORT_DATED_DAYS} days and at least {percent(OTM_FROM)} hold it.",
            values_of(features, "dte_days", "otm_pct"),
        )
    return None
