"""institutional_directional: 0.20 + premium + burst + quality + side, or the pin (13.2)."""

from typing import Any

import pytest

from signals.engine.params import Params
from signals.engine.profiles.institutional import institutional_pin, institutional_terms
from tests.signals.engine.profiles.builders import (
    BOX,
    BULLISH_VERTICAL,
    PARAMS,
    added,
    inputs_of,
    scored,
    term_of,
)

SIDE = "directional_aggressor_mix"


def test_terms_of_a_plain_packet_add_up() -> None:
    """0.20 + 0.25 x 60/120 + 0.18 x 4/8 + 0.16 x 0.9, and no side prevails."""
    assert added(institutional_terms) == {
        "large_parent_event": 0.20,
        "premium": 0.125,
        "burst_print_pattern": 0.09,
        "quote_quality": 0.144,
    }


@pytest.mark.parametrize(
    ("kind", "premium_usd", "points"),
    [
        ("stock", 120_000.0, 0.25),
        ("stock", 119_900.0, 0.2498),
        ("stock", 1_000_000.0, 0.25),
        ("stock", 15_000.0, 0.0313),  # 0.03125: half up, not to even
        ("etf", 500_000.0, 0.25),
        ("etf", 180_000.0, 0.09),
        ("index", 1_000_000.0, 0.25),
        ("index", 500_000.0, 0.125),
    ],
)
def test_premium_counts_by_security_type(kind: str, premium_usd: float, points: float) -> None:
    found = added(institutional_terms, security_type=kind, premium_usd=premium_usd)

    assert found["premium"] == points


def test_missing_premium_adds_nothing() -> None:
    assert "premium" not in added(institutional_terms, premium_usd=None)


@pytest.mark.parametrize(("count", "points"), [(1, 0.0225), (7, 0.1575), (8, 0.18), (9, 0.18)])
def test_burst_counts_in_full_from_eight_prints(count: int, points: float) -> None:
    assert added(institutional_terms, count=count)["burst_print_pattern"] == points


def test_a_minute_bar_has_no_burst_and_no_side() -> None:
    found = added(institutional_terms, granularity="minute", count=8, buy_raw=1.0)

    assert found.keys() == {"large_parent_event", "premium", "quote_quality"}


@pytest.mark.parametrize(
    ("coverage", "stale", "points"),
    [(1.0, 0.0, 0.16), (0.92, 0.0, 0.1472), (0.6, 0.35, 0.04), (0.4, 0.4, None), (0.4, 0.6, None)],
)
def test_quality_is_coverage_less_stale(
    coverage: float, stale: float, points: float | None
) -> None:
    found = added(institutional_terms, coverage=coverage, stale_ratio=stale)

    assert found.get("quote_quality") == points


@pytest.mark.parametrize(
    ("buy", "sell", "counts"),
    [(0.58, 0.1, True), (0.5799, 0.1, False), (0.1, 0.58, True), (0.1, 0.5799, False)],
)
def test_one_side_counts_from_58_percent(buy: float, sell: float, counts: bool) -> None:
    found = added(institutional_terms, buy_raw=buy, sell_raw=sell)

    assert found.get(SIDE) == (0.12 if counts else None)


def test_the_side_of_a_structure_is_that_of_its_legs() -> None:
    """Errata 5 and 6: a vertical buys one leg and sells the other, and still leans."""
    assert added(institutional_terms, **BULLISH_VERTICAL)[SIDE] == 0.12
    assert SIDE not in added(institutional_terms, **BOX | {"buy_raw": 1.0})
    assert added(institutional_terms, **BULLISH_VERTICAL | {"signed_share": 0.58})[SIDE] == 0.12
    assert SIDE not in added(institutional_terms, **BULLISH_VERTICAL | {"signed_share": 0.5799})
    bearish = BULLISH_VERTICAL | {"structure_direction": "bearish"}
    assert added(institutional_terms, **bearish)[SIDE] == 0.12


@pytest.mark.parametrize(
    ("changes", "text", "keys"),
    [
        (
            {"buy_raw": 0.6},
            "60 % of the size at the ask or above, 30 % at the bid or below; one side counts from "
            "58 %.",
            {"buy_raw", "sell_raw"},
        ),
        (
            BULLISH_VERTICAL,
            "The legs lean bullish, 100 % of the size resolved; one side counts from 58 %.",
            {"structure_type", "structure_direction", "signed_share"},
        ),
    ],
)
def test_sentence_of_the_side(changes: dict[str, Any], text: str, keys: set[str]) -> None:
    term = term_of(institutional_terms, SIDE, **changes)

    assert term.text == text
    assert term.values.keys() == keys


def test_sentences_say_the_numbers() -> None:
    base = term_of(institutional_terms, "large_parent_event")
    quality = term_of(institutional_terms, "quote_quality", stale_ratio=0.125)

    assert base.text == (
        "$60,000 of premium for 900 contracts reach the floors of an event: $10,000 and "
        "10 contracts."
    )
    assert base.values == {"premium_usd": 60_000.0, "total_size": 900}
    assert quality.text == "Quotes cover 90 % of the size, 12.5 % are stale."
    assert quality.values == {"coverage": 0.9, "stale_ratio": 0.125}


PINS: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"special_size_ratio": 0.34}, "special_print_or_complex_context"),
    ({"special_size_ratio": 0.3399}, None),
    ({"inside_ratio": 0.7, "signed_share": 0.3499}, "inside_market_or_cross_like_execution"),
    ({"inside_ratio": 0.6999, "signed_share": 0.3499}, None),
    ({"inside_ratio": 0.7, "signed_share": 0.35}, None),
    ({"dte_days": 7, "otm_pct": 0.05}, "retail_frenzy_guard"),
    ({"dte_days": 8, "otm_pct": 0.05}, None),
    ({"dte_days": 7, "otm_pct": 0.0499}, None),
    ({"coverage": 0.1}, None),  # declines by itself; errata 12 lists three pins
    ({"stale_ratio": 0.9}, None),
    (
        {"special_size_ratio": 0.34, "dte_days": 7, "otm_pct": 0.05},
        "special_print_or_complex_context",
    ),
    (
        {"inside_ratio": 0.7, "signed_share": 0.0, "dte_days": 7, "otm_pct": 0.05},
        "inside_market_or_cross_like_execution",
    ),
]


@pytest.mark.parametrize(("changes", "code"), PINS)
def test_what_pins(changes: dict[str, Any], code: str | None) -> None:
    pin = institutional_pin(inputs_of(**changes), PARAMS)

    assert (pin.code if pin else None) == code
    assert pin is None or pin.points == 0.18


@pytest.mark.parametrize(
    ("changes", "text", "keys"),
    [
        (
            {"special_size_ratio": 0.4},
            "Held at 0.18: 40 % of the size are special prints; 34 % and more hold it.",
            {"special_size_ratio", "conditions"},
        ),
        (
            {"inside_ratio": 0.75, "signed_share": 0.2},
            "Held at 0.18: 75 % of the quoted size printed inside the spread, from 70 %, and 20 % "
            "took a side, less than 35 %.",
            {"inside_ratio", "signed_share"},
        ),
        (
            {"dte_days": 2, "otm_pct": 0.0843},
            "Held at 0.18: 2 days to expiry and 8.4 % out of the money look like attention-driven "
            "flow; at most 7 days and at least 5 % hold it.",
            {"dte_days", "otm_pct"},
        ),
    ],
)
def test_sentence_of_a_pin(changes: dict[str, Any], text: str, keys: set[str]) -> None:
    pin = institutional_pin(inputs_of(**changes), PARAMS)

    assert pin is not None
    assert pin.text == text
    assert pin.values.keys() == keys


def test_a_pinned_score_is_its_pin_then_its_penalty() -> None:
    """Errata 12: 0.18, then x (1 - 0.65 x 0.38) = 0.1355; the terms have no say."""
    pinned = scored(special_size_ratio=0.34, premium_usd=900_000.0)["institutional_directional"]

    assert pinned.pin == "special_print_or_complex_context"
    assert [term.code for term in pinned.terms] == [pinned.pin]
    assert (pinned.raw, pinned.score) == (0.18, 0.1355)


def test_pins_follow_the_tuning() -> None:
    params = Params.from_values({"special_min_ratio": 0.5})

    assert institutional_pin(inputs_of(special_size_ratio=0.4), params) is None
