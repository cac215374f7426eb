"""What the sums of a window say (options-engine.md 18.5; golden G14)."""

import math
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.engine.flow_params import FlowParams
from signals.engine.flow_scores import FlowContext, context_of
from signals.engine.flow_windows import Sums
from tests.support.engine_builders import T0

PARAMS = FlowParams()
M = 1_000_000_000_000  # a million dollars in micro-dollars


def told(params: FlowParams = PARAMS, /, **changes: int) -> FlowContext:
    """Return what G14's window says: 10M of premium in 120 trades, unless changed."""
    values = {
        "count": 120, "call_volume": 10_200, "put_volume": 8_250, "call_premium": 6 * M,
        "put_premium": 4 * M, "bullish": 64 * M // 10, "bearish": 16 * M // 10, "quoted": 9 * M,
        "aggressive": 8 * M, "block": 3 * M, "sweep": 2 * M, "unplaced_volume": 7,
    }  # fmt: skip
    return context_of("SPX", T0, "4h", Sums(**(values | changes)), params)


def percent(**shares: int) -> FlowContext:
    """Return what a window of 100 dollars in 100 trades says, all shares in dollars."""
    values = {"count": 100, "call_premium": 100, "put_premium": 0, "block": 0, "sweep": 0,
              "bullish": 0, "bearish": 0, "quoted": 100, "aggressive": 0}  # fmt: skip
    return told(**(values | shares))


def test_golden_window() -> None:
    assert told() == FlowContext(
        symbol="SPX",
        ts=T0,
        window="4h",
        total_volume=18_450,
        total_premium_micros=10 * M,
        trade_count=120,
        call_volume=10_200,
        put_volume=8_250,
        unplaced_volume=7,
        put_call_volume_ratio=0.81,
        put_call_premium_ratio=0.67,
        net=0.6,
        signed_share=0.8,
        quoted_share=0.9,
        sentiment="BULLISH",
        sentiment_strength=60,
        aggressiveness="AGGRESSIVE",
        institutional_score=68,
        confidence=97,
        recommendation="FOLLOW_FLOW",
    )


@pytest.mark.parametrize(
    ("changes", "recommendation"),
    [
        ({"count": 0, "call_volume": 0, "put_volume": 0}, "INSUFFICIENT_DATA"),
        ({"call_premium": 0, "put_premium": 0}, "INSUFFICIENT_DATA"),
    ],
)
def test_nothing_to_read(changes: dict[str, int], recommendation: str) -> None:
    context = told(**changes)

    assert context == FlowContext(
        symbol="SPX", ts=T0, window="4h", total_volume=context.call_volume + context.put_volume,
        trade_count=changes.get("count", 120), call_volume=changes.get("call_volume", 10_200),
        put_volume=changes.get("put_volume", 8_250), unplaced_volume=7,
    )  # fmt: skip
    assert context.put_call_volume_ratio is None
    assert (context.sentiment, context.aggressiveness) == ("NEUTRAL", "NORMAL")
    assert (context.sentiment_strength, context.institutional_score, context.confidence) == (
        0,
        0,
        0,
    )
    assert context.recommendation == recommendation


def test_empty_window_says_nothing() -> None:
    context = context_of("SPX", T0, "1h", Sums(), PARAMS)
    numbers = {
        name: value
        for name, value in msgspec.structs.asdict(context).items()
        if isinstance(value, int | float) and name != "ts"
    }

    assert len(numbers) == 12
    assert not any(numbers.values())


def test_window_without_quotes_has_no_shares() -> None:
    context = percent(quoted=0)

    assert (context.net, context.signed_share, context.quoted_share) == (0.0, 0.0, 0.0)


#   puts  calls  ratio, 2 places, half up
@pytest.mark.parametrize(
    ("puts", "calls", "expected"),
    [
        (8_250, 10_200, 0.81),
        (0, 10, 0.0),
        (10, 0, None),
        (1, 200, 0.01),
        (1, 201, 0.0),
        (3, 200, 0.02),
        (30, 7, 4.29),
    ],
)
def test_put_to_call(puts: int, calls: int, expected: float | None) -> None:
    assert told(put_volume=puts, call_volume=calls).put_call_volume_ratio == expected
    assert told(put_premium=puts, call_premium=calls).put_call_premium_ratio == expected


#   bullish  bearish  lean       net
@pytest.mark.parametrize(
    ("bullish", "bearish", "sentiment", "net"),
    [
        (575, 425, "BULLISH", 0.15),
        (574, 426, "NEUTRAL", 0.148),
        (425, 575, "BEARISH", -0.15),
        (426, 574, "NEUTRAL", -0.148),
        (1, 0, "BULLISH", 1.0),
        (0, 1, "BEARISH", -1.0),
        (0, 0, "NEUTRAL", 0.0),
        (500, 500, "NEUTRAL", 0.0),
        (20_001, 19_999, "NEUTRAL", 0.0001),  # half a ten-thousandth goes away from zero
        (19_999, 20_001, "NEUTRAL", -0.0001),
    ],
)
def test_lean(bullish: int, bearish: int, sentiment: str, net: float) -> None:
    context = told(bullish=bullish, bearish=bearish)

    assert (context.sentiment, context.net) == (sentiment, net)


#   dollars of 100: bullish, bearish   strength = 100 |net| min(1, signed / 0.5)
@pytest.mark.parametrize(
    ("bullish", "bearish", "expected"),
    [
        (100, 0, 100),
        (50, 0, 100),
        (49, 0, 98),
        (0, 25, 50),
        (40, 10, 60),
        (20, 5, 30),
        (0, 0, 0),
        (30, 30, 0),
    ],
)
def test_strength(bullish: int, bearish: int, expected: int) -> None:
    assert percent(bullish=bullish, bearish=bearish).sentiment_strength == expected


def test_strength_is_rounded_exactly_with_halves_up() -> None:
    # 100 x 0.285 is 28.499999999999996 in binary floating point, 28.5 in truth
    assert told(bullish=1_285 * M, bearish=715 * M).sentiment_strength == 29
    assert told(bullish=12_849 * M, bearish=7_151 * M).sentiment_strength == 28
    # 100 x 0.125 = 12.5: half to even would give 12
    assert told(bullish=9 * M, bearish=7 * M).sentiment_strength == 13


#   dollars of 100: quoted, aggressive
@pytest.mark.parametrize(
    ("quoted", "aggressive", "expected"),
    [
        (50, 30, "AGGRESSIVE"),
        (50, 29, "NORMAL"),
        (50, 16, "NORMAL"),
        (50, 15, "PASSIVE"),
        (50, 0, "PASSIVE"),
        (0, 0, "NORMAL"),
    ],
)
def test_aggressiveness(quoted: int, aggressive: int, expected: str) -> None:
    assert percent(quoted=quoted, aggressive=aggressive).aggressiveness == expected


# Score of 100 dollars in 100 trades: no points from the mean trade.
#   block x 0.6, sweep x 25/30, aggressive x 15/80, quoted x 0.1
@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"quoted": 0}, 0),
        ({}, 10),
        ({"quoted": 45}, 5),  # 4.5
        ({"quoted": 44}, 4),
        ({"block": 50}, 40),
        ({"block": 49}, 39),  # 39.4
        ({"block": 100}, 40),
        ({"sweep": 30}, 35),
        ({"sweep": 29}, 34),  # 34.17
        ({"sweep": 100}, 35),
        ({"aggressive": 80}, 25),
        ({"aggressive": 76}, 24),  # 24.25
        ({"aggressive": 100}, 25),
        ({"block": 50, "sweep": 30, "aggressive": 80}, 80),
    ],
)
def test_score_of_shares(shares: dict[str, int], expected: int) -> None:
    assert percent(**shares).institutional_score == expected


#   mean premium of a trade in dollars   points: 20 x log10(mean / 10 000) / 2
@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (9_999, 0),
        (10_000, 0),
        (10_500, 0),  # 0.21
        (100_000, 10),
        (112_000, 10),  # 10.49
        (112_300, 11),  # 10.504
        (1_000_000, 20),
        (100_000_000, 20),
    ],
)
def test_score_of_the_mean_trade(mean: int, expected: int) -> None:
    context = told(
        count=50, call_premium=50 * mean * 1_000_000, put_premium=0, block=0, sweep=0,
        aggressive=0, quoted=0,
    )  # fmt: skip

    assert context.institutional_score == expected


#   trades  quoted  bullish  bearish: 0.4 n + 0.3 quoted + 60 |net|
@pytest.mark.parametrize(
    ("count", "quoted", "bullish", "bearish", "expected"),
    [
        (100, 100, 75, 25, 100),
        (100, 100, 25, 75, 100),
        (200, 100, 99, 1, 100),
        (50, 100, 75, 25, 80),
        (100, 50, 75, 25, 85),
        (100, 100, 60, 40, 82),
        (100, 100, 0, 0, 70),
        (1, 0, 0, 0, 0),
        (2, 0, 0, 0, 1),
        (99, 0, 0, 0, 40),  # 39.6
        (100, 5, 0, 0, 42),  # 41.5
        (100, 4, 0, 0, 41),  # 41.2
    ],
)
def test_confidence(count: int, quoted: int, bullish: int, bearish: int, expected: int) -> None:
    context = percent(count=count, quoted=quoted, bullish=bullish, bearish=bearish)

    assert context.confidence == expected


# From G14's window, that is marked: one thing is changed at a time.
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"count": 20}, "FOLLOW_FLOW"),
        ({"count": 19}, "INSUFFICIENT_DATA"),
        ({"quoted": 35 * M // 10, "aggressive": 35 * M // 10}, "FOLLOW_FLOW"),
        ({"quoted": 35 * M // 10 - 1}, "INSUFFICIENT_DATA"),
        ({"bullish": 4 * M, "bearish": 4 * M}, "NO_SIGNAL"),
        ({"bullish": 57 * M // 10, "bearish": 43 * M // 10}, "NO_SIGNAL"),  # net 0.14
        ({"bullish": 16 * M // 10, "bearish": 64 * M // 10}, "FOLLOW_FLOW"),
        ({"bullish": 70 * M // 10, "bearish": 30 * M // 10}, "FOLLOW_FLOW"),  # strength 40
        ({"bullish": 695 * M // 100, "bearish": 305 * M // 100}, "MONITOR"),  # strength 39
        ({"block": 0}, "MONITOR"),  # score 49.87 - rounded 50, and 50 is not above 50
        ({"block": M // 5}, "FOLLOW_FLOW"),  # 51.07
    ],
)
def test_recommendation(changes: dict[str, int], expected: str) -> None:
    assert told(**changes).recommendation == expected


#   trades  confidence: 0.4 n + 27 + 30
@pytest.mark.parametrize(("count", "expected"), [(20, "FOLLOW_FLOW"), (100, "FOLLOW_FLOW")])
def test_confidence_of_sixty_is_enough(count: int, expected: str) -> None:
    assert told(count=count).recommendation == expected
    needed = told(count=count).confidence
    assert (
        told(FlowParams(flow_follow_min_confidence=needed), count=count).recommendation == expected
    )
    above = FlowParams(flow_follow_min_confidence=min(100, needed + 1))
    assert told(above, count=count).recommendation == "MONITOR"


#   what is tuned                            what it changes in G14's window
@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"flow_sentiment_min_net": 0.61}, "sentiment", "NEUTRAL"),
        ({"flow_full_signed_share": 1.0}, "sentiment_strength", 48),
        ({"flow_aggressive_min_share": 0.89}, "aggressiveness", "NORMAL"),
        ({"flow_aggressive_min_share": 1, "flow_passive_max_share": 0.89},
         "aggressiveness", "PASSIVE"),
        ({"flow_full_block_share": 1.0}, "institutional_score", 59),  # 58.87
        ({"flow_full_sweep_share": 0.2}, "institutional_score", 76),  # 76.21
        ({"flow_full_aggressive_share": 1.0}, "institutional_score", 65),  # 64.87
        ({"flow_trade_min_usd": 100_000}, "institutional_score", 59),  # 58.67
        ({"flow_trade_full_decades": 1.0}, "institutional_score", 77),  # 77.08
        ({"flow_block_points": 0}, "institutional_score", 50),  # 49.87
        ({"flow_sweep_points": 0}, "institutional_score", 51),  # 51.21
        ({"flow_trade_points": 0}, "institutional_score", 59),  # 58.67
        ({"flow_aggressive_points": 0}, "institutional_score", 53),  # 52.87
        ({"flow_quoted_points": 0}, "institutional_score", 59),  # 58.87
        ({"flow_block_points": 100}, "institutional_score", 100),
        ({"flow_count_confidence": 10}, "confidence", 67),
        ({"flow_quoted_confidence": 0}, "confidence", 70),
        ({"flow_net_confidence": 0}, "confidence", 67),
        ({"flow_full_count": 480}, "confidence", 67),
        ({"flow_full_net": 1.0}, "confidence", 85),
        ({"flow_min_count": 121}, "recommendation", "INSUFFICIENT_DATA"),
        ({"flow_min_quoted_share": 0.91}, "recommendation", "INSUFFICIENT_DATA"),
        ({"flow_follow_min_strength": 61}, "recommendation", "MONITOR"),
        ({"flow_follow_above_score": 68}, "recommendation", "MONITOR"),
        ({"flow_follow_above_score": 67}, "recommendation", "FOLLOW_FLOW"),
        ({"flow_follow_min_confidence": 98}, "recommendation", "MONITOR"),
    ],
)  # fmt: skip
def test_every_threshold_is_tuning(changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(told(FlowParams(**changes)), field) == expected


AMOUNT = st.integers(0, 10**15)


@st.composite
def windows(draw: st.DrawFn) -> Sums:
    """Return sums as prints can make them: parts are no larger than their whole."""
    calls, puts = draw(AMOUNT), draw(AMOUNT)
    whole = calls + puts
    quoted = draw(st.integers(0, whole))
    aggressive = draw(st.integers(0, quoted))
    bullish = draw(st.integers(0, aggressive))
    block = draw(st.integers(0, whole))
    return Sums(
        count=draw(st.integers(1, 300)), call_volume=draw(st.integers(0, 10_000)),
        put_volume=draw(st.integers(0, 10_000)), call_premium=calls, put_premium=puts,
        bullish=bullish, bearish=draw(st.integers(0, aggressive - bullish)), quoted=quoted,
        aggressive=aggressive, block=block, sweep=draw(st.integers(0, whole - block)),
    )  # fmt: skip


def rint(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


@settings(max_examples=200)
@given(windows().filter(lambda sums: sums.premium > 0))
def test_scores_equal_the_formulas_of_the_document(sums: Sums) -> None:
    context = context_of("SPX", T0, "1h", sums, PARAMS)
    signed, whole = sums.bullish + sums.bearish, sums.premium
    net = Fraction(abs(sums.bullish - sums.bearish), signed) if signed else Fraction(0)
    share = min(Fraction(1), Fraction(signed, whole) * 2)
    quoted = Fraction(sums.quoted, whole)
    few = min(Fraction(1), Fraction(sums.count, 100))
    mean = whole / 1_000_000 / sums.count
    decades = min(1.0, max(0.0, math.log10(mean / 10_000) / 2))
    score = (
        30 * min(1.0, sums.block / whole / 0.5)
        + 25 * min(1.0, sums.sweep / whole / 0.3)
        + 20 * decades
        + 15 * min(1.0, sums.aggressive / whole / 0.8)
        + 10 * quoted
    )

    assert context.sentiment_strength == rint(100 * net * share)
    assert context.confidence == rint(40 * few + 30 * quoted + 30 * min(Fraction(1), net * 2))
    assert abs(context.institutional_score - score) <= 0.5 + 1e-6
    assert (context.sentiment != "NEUTRAL") == (signed > 0 and net >= Fraction(15, 100))


@settings(max_examples=100)
@given(windows(), st.integers(2, 50))
def test_scaling_leaves_shares_and_lean_as_they_are(sums: Sums, times: int) -> None:
    scaled = Sums()
    scaled.plus(sums, times)
    scaled.count = sums.count
    one = context_of("SPX", T0, "1h", sums, PARAMS)
    many = context_of("SPX", T0, "1h", scaled, PARAMS)

    assert many.total_volume == times * one.total_volume or not one.trade_count
    for field in ("net", "signed_share", "quoted_share", "sentiment", "sentiment_strength",
                  "aggressiveness", "confidence", "put_call_volume_ratio"):  # fmt: skip
        assert getattr(many, field) == getattr(one, field)


@settings(max_examples=100)
@given(windows())
def test_mirrored_flow_leans_the_other_way_with_the_same_strength(sums: Sums) -> None:
    one = context_of("SPX", T0, "1h", sums, PARAMS)
    sums.bullish, sums.bearish = sums.bearish, sums.bullish
    other = context_of("SPX", T0, "1h", sums, PARAMS)
    mirror = {"BULLISH": "BEARISH", "BEARISH": "BULLISH", "NEUTRAL": "NEUTRAL"}

    assert (other.sentiment, other.net) == (mirror[one.sentiment], -one.net)
    for field in ("sentiment_strength", "institutional_score", "confidence", "recommendation"):
        assert getattr(other, field) == getattr(one, field)
