"""A term or a doubt carries every threshold that it was held against, and says it."""

from typing import Any

import pytest

from signals.engine.explain import amount, number, percent
from signals.engine.features import Features
from signals.engine.params import PARAMETERS, Params
from signals.engine.penalties import read_penalties
from signals.engine.profiles.registry import score_profiles
from signals.engine.profiles.shared import Penalty, Term
from tests.signals.engine.profiles.builders import (
    BOX,
    BULLISH_VERTICAL,
    PARAMS,
    SHORT_STRADDLE,
    packet,
)

Z_LIMIT = "z_min_samples"


def reasons(features: Features, params: Params = PARAMS) -> dict[str, Term | Penalty]:
    """Return every term and every penalty of one packet by code."""
    found: dict[str, Term | Penalty] = {}
    for score in score_profiles(features, params):
        found |= {term.code: term for term in score.terms}
    return found | {each.code: each for each in read_penalties(features, params)}


LIMITS: list[tuple[dict[str, Any], dict[str, dict[str, Any]]]] = [
    (
        {},
        {
            "eligible_packet": {"eligible_min_premium_usd": 10_000, "eligible_min_size": 10},
            "large_parent_event": {"eligible_min_premium_usd": 10_000, "eligible_min_size": 10},
            "premium": {"profile_premium_usd": 120_000},
            "size": {"profile_full_size": 1_800},
            "burst_print_pattern": {},
        },
    ),
    (
        {"security_type": "etf", "buy_raw": 0.6, "sell_raw": 0.0},
        {
            "eligible_packet": {"eligible_etf_min_premium_usd": 50_000, "eligible_min_size": 10},
            "premium": {"profile_etf_premium_usd": 500_000},
            "directional_aggressor_mix": {"profile_min_aggression": 0.58},
            "low_premium": {"eligible_etf_min_premium_usd": 50_000, "low_premium_floors": 2.0},
        },
    ),
    (
        {"security_type": "index", "sell_raw": 0.6},
        {
            "eligible_packet": {"eligible_index_min_premium_usd": 100_000, "eligible_min_size": 10},
            "premium": {"profile_index_premium_usd": 1_000_000},
            "sell_side_premium": {"profile_min_aggression": 0.58},
        },
    ),
    (
        {
            "coverage": 0.3, "nbbo_wide": True, "nbbo_spread_bps": 900.0,
            "special_size_ratio": 0.4, "underlying_spread_bps": 200.0, "imbalance": 0.0,
            "signed_share": 0.2,
        },
        {
            "stale_quote_context": {"abstain_min_coverage": 0.35, "abstain_max_stale_ratio": 0.5},
            "wide_quote_context": {"wide_spread_bps": 800},
            "complex_or_special_print_context": {"special_min_ratio": 0.34},
            "special_print_or_complex_context": {"special_min_ratio": 0.34},
            "wide_underlying_quote_context": {"wide_underlying_bps": 150},
            "weak_aggression": {"weak_signed_share": 0.45, "direction_min_imbalance": 0.12},
        },
    ),
    (
        {"inside_ratio": 0.8, "signed_share": 0.2},
        {
            "inside_market_context": {"inside_min_ratio": 0.7, "inside_max_signed_share": 0.35},
            "inside_market_or_cross_like_execution": {
                "inside_min_ratio": 0.7, "inside_max_signed_share": 0.35,
            },
        },
    ),
    (BOX, {"near_flat_directional_exposure": {"direction_min_signed_share": 0.35}}),
    (BULLISH_VERTICAL, {"directional_aggressor_mix": {"profile_min_aggression": 0.58}}),
    (
        SHORT_STRADDLE | {"signed_share": 0.1},
        {
            "sell_side_premium": {"profile_min_aggression": 0.58},
            "weak_aggression": {"weak_signed_share": 0.45},
        },
    ),
    ({"granularity": "minute"}, {"weak_aggression": {}}),
    ({"spread_z": 3.0, "spread_z_n": 12}, {"spread_widening": {"z_min_samples": 12}}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), LIMITS)
def test_limits(changes: dict[str, Any], expected: dict[str, dict[str, Any]]) -> None:
    found = reasons(packet(**changes))

    assert {code: found[code].limits for code in expected} == expected


@pytest.mark.parametrize("changes", [changes for changes, _ in LIMITS])
def test_every_limit_is_tuned_and_stands_in_the_text(changes: dict[str, Any]) -> None:
    known = {parameter.key for parameter in PARAMETERS}
    for each in reasons(packet(**changes)).values():
        assert each.limits.keys() <= known, each.code
        for key, value in each.limits.items():
            ways = {percent(value), amount(key, value), number(value)}
            if key == "low_premium_floors":
                continue  # the text says the product
            if each.code == "low_premium":
                ways.add(amount(key, 2 * value))
            assert any(way in each.text for way in ways), (each.code, key, each.text)


def test_a_tuned_limit_is_the_one_that_is_said() -> None:
    params = Params.from_values({"eligible_min_size": 33, "wide_spread_bps": 444})
    found = reasons(packet(nbbo_wide=True, nbbo_spread_bps=500.0), params)

    assert found["eligible_packet"].limits["eligible_min_size"] == 33
    assert found["eligible_packet"].text.endswith("floors of an event: $10,000 and 33 contracts.")
    assert found["wide_quote_context"].text == (
        "The quote was 500 basis points wide; 444 and more count."
    )
