"""An expiry behind a known date: consistent with positioning for an event."""

from signals.engine.explain import number
from signals.engine.profiles import terms
from signals.engine.profiles.shared import (
    PRE_EVENT_DAYS,
    Inputs,
    ProfileParams,
    Term,
    limits_of,
    points,
    values_of,
)

PROFILE = "event_driven"
SPREAD_FROM, SPREAD_WEIGHT, SPREAD_CAP = 1, 0.04, 0.16


def event_terms(inputs: Inputs, params: ProfileParams) -> tuple[Term, ...]:
    """Return the terms of the profile.

    Source: options-engine.md 13.2 and 13.5: 0.12 + 0.32 before an event + 0.14 premium +
    clamp(0.04 x max(0, spread z - 1), 0, 0.16), the z from `z_min_samples` on.
    """
    features = inputs.features
    z = features.spread_z
    spread = 0.0
    if z is not None and features.spread_z_n >= params.z_min_samples:
        spread = min(SPREAD_CAP, SPREAD_WEIGHT * max(0.0, z - SPREAD_FROM))
    return terms.contributing(
        terms.eligible(0.12, inputs, params),
        Term(
            "event_calendar_alignment",
            0.32,
            f"Known to come: {_words(features.event_kind)} in "
            f"{terms.days(features.days_to_event)}, before the option settles; at most "
            f"{PRE_EVENT_DAYS} days count.",
            values_of(
                features, "event_kind", "days_to_event", "expiry_after_event",
                "pre_event_concentration",
            ),
        )
        if inputs.is_pre_event
        else None,
        terms.premium(0.14, inputs, params),
        Term(
            "spread_widening",
            points(spread),
            f"The spread stands {number(z or 0)} robust deviations above its usual width over "
            f"{features.spread_z_n:,} packets, {params.z_min_samples:,} and more count; beyond "
            f"{SPREAD_FROM} counts, {number(SPREAD_FROM + SPREAD_CAP / SPREAD_WEIGHT)} in full.",
            values_of(features, "spread_z", "spread_z_n", "spread_z_scope"),
            limits_of(params, "z_min_samples"),
        )
        if spread
        else None,
    )  # fmt: skip


def _words(kind: str | None) -> str:
    return "an event" if kind in (None, "other") else kind.replace("_", " ")
