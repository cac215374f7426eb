"""How far the evidence of a packet carries, and what speaks against taking it at face value."""

from typing import Literal

from signals.engine.features import Features
from signals.engine.gate import EventParams
from signals.engine.profiles.shared import points, unit

SPECIAL = "special_print_or_complex_context"
UNQUOTED = "stale_or_missing_quote_context"
INSIDE = "inside_market_or_cross_like_execution"

Grade = Literal["strong", "usable", "thin", "poor"]
# Source: options-engine.md 16.2. The second one is also where events begin to decline (13.5).
STRONG_FROM, USABLE_FROM, THIN_ABOVE = 0.82, 0.55, 0.2


def evidence_quality(features: Features, *, has_underlying: bool) -> float:
    """Return how far the evidence carries, 0 to 1.

    Source: options-engine.md 16.2, stale by errata 3, seven completeness fields by errata 48.
    """
    present = (
        (features.premium_usd or 0) > 0,
        features.total_size > 0,
        features.coverage > 0,
        True,  # a packet always knows its contract
        has_underlying,
        features.underlying_mid is not None,
        features.dte_days is not None,
    )
    completeness = sum(present) / len(present)
    quality = 0.55 * features.coverage + 0.30 * (1 - features.stale_ratio) + 0.15 * completeness
    return points(unit(quality))


def grade_of(quality: float) -> Grade:
    """Return evidence quality, 0 to 1, as a word. Source: options-engine.md 16.2."""
    if quality >= STRONG_FROM:
        return "strong"
    if quality >= USABLE_FROM:
        return "usable"
    return "thin" if quality > THIN_ABOVE else "poor"


def suppressions(features: Features, params: EventParams) -> tuple[str, ...]:
    """Return what speaks against reading the packet at face value.

    Source: options-engine.md 11.2; errata 3, 13.
    """
    found = {
        SPECIAL: is_special(features, params),
        UNQUOTED: is_unquoted(features, params),
        INSIDE: is_inside(features, params),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def is_unquoted(features: Features, params: EventParams) -> bool:
    """Return whether too little of the size has a usable quote (13.5; errata 3)."""
    return (
        features.coverage < params.abstain_min_coverage
        or features.stale_ratio >= params.abstain_max_stale_ratio
    )


def is_inside(features: Features, params: EventParams) -> bool:
    """Return whether most of the quoted size printed inside the spread without taking a side.

    Missing: a minute bar's one price tells no side, so it is not inside either.
    Source: options-engine.md 11.2 and 13.5.
    """
    inside = features.inside_ratio
    return (
        features.granularity == "tick"
        and inside is not None
        and inside >= params.inside_min_ratio
        and features.signed_share < params.inside_max_signed_share
    )


def is_special(features: Features, params: EventParams) -> bool:
    """Return whether packages, crosses, floor trades and their like are much of the size.

    Source: options-engine.md 11.2 (the size-weighted ratio only); errata 13 (no auctions).
    """
    return features.special_size_ratio >= params.special_min_ratio
