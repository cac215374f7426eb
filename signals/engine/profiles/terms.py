"""The terms that several profiles have in common, each with its own weight."""

from signals.engine.explain import dollars, number
from signals.engine.features import Features
from signals.engine.profiles.shared import (
    BURST_PRINTS,
    Inputs,
    ProfileParams,
    Term,
    points,
    values_of,
)


def eligible(weight: float, features: Features, code: str = "eligible_packet") -> Term:
    """Return what every packet above the floors of an event gets (options-engine.md 13.2)."""
    return Term(
        code,
        weight,
        f"{dollars(features.premium_usd or 0)} of premium for {features.total_size:,} contracts "
        "reach the floors of an event.",
        values_of(features, "premium_usd", "total_size"),
    )


def premium(weight: float, inputs: Inputs, params: ProfileParams) -> Term:
    """Return the share of the premium that counts in full (options-engine.md 13.1, 13.5)."""
    features = inputs.features
    return Term(
        "premium",
        points(weight * inputs.premium_factor),
        f"{dollars(features.premium_usd or 0)} of premium; "
        f"{dollars(params.full_premium_usd(features.security_type))} counts in full.",
        values_of(features, "premium_usd", "security_type"),
    )


def burst(weight: float, inputs: Inputs) -> Term:
    """Return the share of the number of prints that counts in full (options-engine.md 13.1)."""
    features = inputs.features
    return Term(
        "burst_print_pattern",
        points(weight * inputs.burst_factor),
        f"{features.count:,} prints in {number(features.span_ms)} ms; {BURST_PRINTS} count in "
        "full.",
        values_of(features, "count", "span_ms"),
    )


def days(count: float | None) -> str:
    """Return a number of days in words."""
    return "1 day" if count == 1 else f"{number(count or 0)} days"


def contributing(*terms: Term) -> tuple[Term, ...]:
    """Return the terms that add something; a reason that adds nothing is none (13.5)."""
    return tuple(term for term in terms if term.points > 0)
