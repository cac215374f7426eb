"""The terms that several profiles have in common, each with its own weight."""

from signals.engine.explain import counted, dollars, number, records
from signals.engine.features import Features
from signals.engine.gate import floor_key
from signals.engine.profiles.shared import (
    BURST_PRINTS,
    Inputs,
    ProfileParams,
    Said,
    Term,
    full_premium_key,
    limits_of,
    points,
    values_of,
)


def eligible(
    weight: float, inputs: Inputs, params: ProfileParams, code: str = "eligible_packet"
) -> Term:
    """Return what every packet above the floors of an event gets (options-engine.md 13.2)."""
    said = inputs.said.get("eligible")
    if said is None:
        said = inputs.said["eligible"] = _eligible(inputs.features, params)
    return Term(code, weight, *said)


def _eligible(features: Features, params: ProfileParams) -> Said:
    key = floor_key(features.security_type)
    limits = limits_of(params, key, "eligible_min_size")
    text = (
        f"{dollars(features.premium_usd or 0, limits[key])} of premium for "
        f"{features.total_size:,} contracts reach the floors of an event: "
        f"{dollars(limits[key])} and {params.eligible_min_size:,} contracts."
    )
    return text, values_of(features, "premium_usd", "total_size"), limits


def premium(weight: float, inputs: Inputs, params: ProfileParams) -> Term:
    """Return the share of the premium that counts in full (options-engine.md 13.1, 13.5)."""
    said = inputs.said.get("premium")
    if said is None:
        said = inputs.said["premium"] = _premium(inputs.features, params)
    return Term("premium", points(weight * inputs.premium_factor), *said)


def _premium(features: Features, params: ProfileParams) -> Said:
    key = full_premium_key(features.security_type)
    limits = limits_of(params, key)
    full = limits[key]
    text = f"{dollars(features.premium_usd or 0, full)} of premium; {dollars(full)} counts in full."
    return text, values_of(features, "premium_usd", "security_type"), limits


def burst(weight: float, inputs: Inputs) -> Term:
    """Return the share of the number of prints that counts in full (options-engine.md 13.1)."""
    said = inputs.said.get("burst")
    if said is None:
        said = inputs.said["burst"] = _burst(inputs.features)
    return Term("burst_print_pattern", points(weight * inputs.burst_factor), *said)


def _burst(features: Features) -> Said:
    within = f" in {number(features.span_ms)} ms" if features.count > 1 else ""
    text = f"{records(features)}{within}; {BURST_PRINTS} count in full."
    return text, values_of(features, "count", "span_ms"), {}


def days(count: float | None) -> str:
    """Return a number of days in words."""
    return counted(count or 0, "day")


def contributing(*terms: Term | None) -> tuple[Term, ...]:
    """Return the terms that add something; a reason that adds nothing is none (13.5)."""
    return tuple([term for term in terms if term is not None and term.points > 0])
