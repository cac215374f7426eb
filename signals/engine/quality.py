"""How far the evidence of a packet carries, and what speaks against taking it at face value."""

from signals.engine.events import EventParams
from signals.engine.features import Features, rounded
from signals.engine.penalties import is_inside, is_unquoted


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
    return rounded(min(1.0, max(0.0, quality)), 4)


def suppressions(features: Features, params: EventParams) -> tuple[str, ...]:
    """Return what speaks against reading the packet at face value (options-engine.md 11.2)."""
    found = {
        "special_print_or_complex_context": features.special_size_ratio >= params.special_min_ratio,
        "stale_or_missing_quote_context": is_unquoted(features, params),
        "inside_market_or_cross_like_execution": is_inside(features, params),
    }
    return tuple(reason for reason, holds in found.items() if holds)
