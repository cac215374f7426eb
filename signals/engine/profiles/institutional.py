"""A large one-sided packet: consistent with directional accumulation."""

from signals.engine.explain import dollars, number, percent
from signals.engine.profiles.shared import Inputs, ProfileParams, Term, points, values_of

PROFILE = "institutional_directional"
PINNED = 0.18


def institutional_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2: 0.20 + 0.25 premium + 0.18 burst + 0.16 quality + 0.12 side.
    """
    features = inputs.features
    found = [
        Term("large_parent_event", 0.20, "The packet is above the floors of an event.", {}),
        Term(
            "premium",
            points(0.25 * inputs.premium_factor),
            f"{dollars(features.premium_usd or 0)} of premium; "
            f"{dollars(params.full_premium_usd(features.security_type))} counts in full.",
            values_of(features, "premium_usd", "security_type"),
        ),
        Term(
            "burst_print_pattern",
            points(0.18 * inputs.burst_factor),
            f"{features.count:,} prints in {number(features.span_ms)} ms; 8 count in full.",
            values_of(features, "count", "span_ms"),
        ),
        Term(
            "quote_quality",
            points(0.16 * inputs.quality),
            f"Quotes cover {percent(features.coverage)} of the size, "
            f"{percent(features.stale_ratio)} stale.",
            values_of(features, "coverage", "stale_ratio"),
        ),
        Term(
            "directional_aggressor_mix",
            0.12 if inputs.is_one_sided else 0.0,
            f"{percent(features.buy_raw)} of the size at the ask or above, "
            f"{percent(features.sell_raw)} at the bid or below; one side counts from "
            f"{percent(params.profile_min_aggression)}.",
            values_of(features, "buy_raw", "sell_raw", "signed_share"),
        ),
    ]
    return tuple(term for term in found if term.points > 0)


def institutional_pin(inputs: Inputs, suppressed: tuple[str, ...]) -> str | None:
    """Return what holds the profile at 0.18, None if nothing does.

    Source: options-engine.md 13.2; errata 12 (the pin stays, then the penalty multiplies).
    """
    if suppressed:
        return suppressed[0]
    return "retail_frenzy_guard" if inputs.is_short_dated_otm else None
