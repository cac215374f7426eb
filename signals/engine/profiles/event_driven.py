"""An expiry behind a known date: consistent with positioning for an event."""

from signals.engine.explain import dollars, number
from signals.engine.profiles.shared import Inputs, ProfileParams, Term, points, values_of

PROFILE = "event_driven"
SPREAD_CAP = 0.16
MIN_SPREAD_SAMPLES = 12


def event_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2 and 13.5: 0.12 + 0.32 before an event + 0.14 premium +
    clamp(0.04 x max(0, spread z - 1), 0, 0.16), the z from 12 samples on.
    """
    features = inputs.features
    z = features.spread_z
    spread = 0.0
    if z is not None and features.spread_z_n >= MIN_SPREAD_SAMPLES:
        spread = min(SPREAD_CAP, 0.04 * max(0.0, z - 1))
    found = [
        Term("eligible_packet", 0.12, "The packet is above the floors of an event.", {}),
        Term(
            "event_calendar_alignment",
            0.32 if inputs.is_pre_event else 0.0,
            f"{features.event_kind} in {number(features.days_to_event or 0)} days, the option "
            "settles behind it; at most 21 days count.",
            values_of(
                features, "event_kind", "days_to_event", "expiry_after_event",
                "pre_event_concentration",
            ),
        ),
        Term(
            "premium",
            points(0.14 * inputs.premium_factor),
            f"{dollars(features.premium_usd or 0)} of premium; "
            f"{dollars(params.full_premium_usd(features.security_type))} counts in full.",
            values_of(features, "premium_usd", "security_type"),
        ),
        Term(
            "spread_widening",
            points(spread),
            f"The spread stands {number(z or 0)} robust deviations above its usual width; "
            "1 and more count.",
            values_of(features, "spread_z", "spread_z_n", "spread_z_scope"),
        ),
    ]  # fmt: skip
    return tuple(term for term in found if term.points > 0)
