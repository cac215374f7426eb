"""What flow does to a score (options-engine.md 18.6; golden G14)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.boost import Direction, Horizon, boost, boost_factor, boost_points
from signals.engine.flow_params import FlowParams
from signals.engine.flow_scores import FlowContext
from tests.support.engine_builders import T0

PARAMS = FlowParams()
ADDITIVE = FlowParams(boost_mode="additive")


def flow(score: int, sentiment: str = "BULLISH", **changes: Any) -> FlowContext:
    values: dict[str, Any] = {"recommendation": "FOLLOW_FLOW", "confidence": 97} | changes
    values |= {"institutional_score": score, "sentiment": sentiment}
    return FlowContext(symbol="SPY", ts=T0, window="1h", **values)


# G14, then the bounds of 18.6: both comparisons are strict.
#   score  flow   direction  lean       boosted
@pytest.mark.parametrize(
    ("score", "institutional", "direction", "sentiment", "expected"),
    [
        (55, 68, "LONG", "BULLISH", 60.5),
        (55, 68, "SHORT", "BULLISH", 49.5),
        (55, 72, "LONG", "BULLISH", 66.0),
        (55, 72, "SHORT", "BULLISH", 44.0),
        (95, 72, "LONG", "BULLISH", 100.0),
        (55, 72, "SHORT", "BEARISH", 66.0),
        (55, 72, "LONG", "BEARISH", 44.0),
        (50, 71, "LONG", "BULLISH", 60.0),
        (50, 70, "LONG", "BULLISH", 55.0),
        (50, 51, "LONG", "BULLISH", 55.0),
        (50, 50, "LONG", "BULLISH", 50.0),
        (50, 50, "SHORT", "BULLISH", 50.0),
        (50, 71, "SHORT", "BULLISH", 40.0),
        (50, 70, "SHORT", "BULLISH", 45.0),
        (55, 72, "LONG", "NEUTRAL", 55.0),
        (55, 72, "", "BULLISH", 55.0),
        (0.005, 0, "LONG", "BULLISH", 0.01),  # r2: half away from zero
        (-5, 72, "LONG", "BULLISH", 0.0),
        (120, 72, "", "BULLISH", 100.0),
    ],
)
def test_multiplicative(
    score: float, institutional: int, direction: Direction, sentiment: str, expected: float
) -> None:
    assert boost(score, direction, flow(institutional, sentiment), PARAMS) == expected


@pytest.mark.parametrize("params", [PARAMS, ADDITIVE])
@pytest.mark.parametrize("context", [None, flow(72, recommendation="INSUFFICIENT_DATA")])
def test_without_enough_flow_the_score_stays(
    context: FlowContext | None, params: FlowParams
) -> None:
    assert boost(55, "LONG", context, params) == 55.0


@pytest.mark.parametrize("recommendation", ["MONITOR", "NO_SIGNAL", "FOLLOW_FLOW"])
def test_factor_asks_only_for_sufficient_data(recommendation: str) -> None:
    assert boost_factor("LONG", flow(72, recommendation=recommendation), PARAMS) == 1.2


#   direction  confidence  factor: 1 + 0.2 x confidence / 100
@pytest.mark.parametrize(
    ("direction", "confidence", "expected"),
    [("LONG", 100, 1.2), ("LONG", 50, 1.1), ("SHORT", 50, 0.9), ("LONG", 0, 1.0)],
)
def test_confidence_scales_the_move_where_it_is_switched_on(
    direction: Direction, confidence: int, expected: float
) -> None:
    params = FlowParams(boost_confidence_scaling="on")

    assert boost_factor(direction, flow(72, confidence=confidence), params) == expected


#   horizon   boosted: 50 + weight x 68 (G14)
@pytest.mark.parametrize(
    ("horizon", "expected"), [("scalp", 60.2), ("day", 58.16), ("swing", 56.8)]
)
def test_additive(horizon: Horizon, expected: float) -> None:
    assert boost(50, "LONG", flow(68), ADDITIVE, horizon) == expected
    assert boost(50, "SHORT", flow(68, "BEARISH"), ADDITIVE, horizon) == expected
    assert boost(50, "SHORT", flow(68), ADDITIVE, horizon) == 50.0
    assert boost(95, "LONG", flow(68), ADDITIVE, horizon) == 100.0


def test_horizon_is_the_day_and_without_meaning_for_factors() -> None:
    assert boost(50, "LONG", flow(68), ADDITIVE) == 58.16
    assert boost(50, "LONG", flow(68), PARAMS, "scalp") == 55.0


@pytest.mark.parametrize("recommendation", ["MONITOR", "NO_SIGNAL", "INSUFFICIENT_DATA"])
def test_additive_needs_marked_flow(recommendation: str) -> None:
    context = flow(68, recommendation=recommendation)

    assert boost_points("LONG", context, ADDITIVE, "scalp") == 0.0


def test_additive_needs_a_direction_and_ignores_the_bounds_of_the_factor() -> None:
    assert boost_points("", flow(68), ADDITIVE, "scalp") == 0.0
    assert boost_points("LONG", flow(10), ADDITIVE, "scalp") == 1.5


def test_shares_and_bounds_are_tuning() -> None:
    params = FlowParams(
        boost_strong_above_score=40, boost_above_score=20, boost_strong_share=0.5, boost_share=0.3
    )

    assert [boost_factor("LONG", flow(n), params) for n in (20, 21, 40, 41)] == [1, 1.3, 1.3, 1.5]


@given(
    st.floats(0, 100),
    st.integers(0, 100),
    st.sampled_from(["BULLISH", "BEARISH", "NEUTRAL"]),
    st.sampled_from([PARAMS, ADDITIVE]),
)
def test_short_is_the_mirror_of_long(
    score: float, institutional: int, sentiment: str, params: FlowParams
) -> None:
    other = {"BULLISH": "BEARISH", "BEARISH": "BULLISH"}.get(sentiment, sentiment)
    long = boost(score, "LONG", flow(institutional, sentiment), params)

    assert long == boost(score, "SHORT", flow(institutional, other), params)
    assert 0 <= long <= 100
