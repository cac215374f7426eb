"""Every threshold of options-engine.md 18.2 to 18.6 with its default and its bounds."""

import math

import pytest

from signals.engine.flow_params import FlowParams
from signals.engine.params import PARAMETERS, Params, TuningError

BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}
CONTRACTS = (1, 1_000_000, "contracts")
TIMES = (1, 100, "times")
RATIO = (0, 1, "ratio")
FULL = (0.01, 1, "ratio")
POINTS = (0, 100, "points")
#    key                             default bounds and unit
NUMBERS = [
    ("flow_average_max_count", 500, (1, 10_000, "prints")),
    ("flow_average_min_count", 30, (1, 10_000, "prints")),
    ("flow_block_min_size", 500, CONTRACTS),
    ("flow_block_relative_min_size", 100, CONTRACTS),
    ("flow_block_average_multiple", 5, TIMES),
    ("flow_large_min_size", 25, CONTRACTS),
    ("flow_large_average_multiple", 2, TIMES),
    ("flow_split_min_count", 3, (2, 1_000, "prints")),
    ("flow_split_max_gap_ms", 250, (1, 60_000, "ms")),
    ("flow_split_max_span_ms", 2_000, (1, 600_000, "ms")),
    ("flow_split_min_size", 100, CONTRACTS),
    ("flow_split_average_multiple", 2, TIMES),
    ("flow_min_confidence", 0.45, RATIO),
    ("flow_passive_above_position", 0.35, RATIO),
    ("flow_passive_below_position", 0.65, RATIO),
    ("flow_min_size", 10, CONTRACTS),
    ("flow_sentiment_min_net", 0.15, FULL),
    ("flow_full_signed_share", 0.5, FULL),
    ("flow_aggressive_min_share", 0.6, RATIO),
    ("flow_passive_max_share", 0.3, RATIO),
    ("flow_full_block_share", 0.5, FULL),
    ("flow_full_sweep_share", 0.3, FULL),
    ("flow_full_aggressive_share", 0.8, FULL),
    ("flow_trade_min_usd", 10_000, (1, 1_000_000_000, "USD")),
    ("flow_trade_full_decades", 2.0, (0.1, 9, "decades")),
    ("flow_block_points", 30, POINTS),
    ("flow_sweep_points", 25, POINTS),
    ("flow_trade_points", 20, POINTS),
    ("flow_aggressive_points", 15, POINTS),
    ("flow_quoted_points", 10, POINTS),
    ("flow_full_count", 100, (1, 100_000, "trades")),
    ("flow_full_net", 0.5, FULL),
    ("flow_count_confidence", 40, POINTS),
    ("flow_quoted_confidence", 30, POINTS),
    ("flow_net_confidence", 30, POINTS),
    ("flow_min_count", 20, (1, 100_000, "trades")),
    ("flow_min_quoted_share", 0.35, RATIO),
    ("flow_follow_min_strength", 40, POINTS),
    ("flow_follow_above_score", 50, POINTS),
    ("flow_follow_min_confidence", 60, POINTS),
    ("boost_strong_above_score", 70, POINTS),
    ("boost_above_score", 50, POINTS),
    ("boost_strong_share", 0.2, RATIO),
    ("boost_share", 0.1, RATIO),
    ("boost_scalp_weight", 0.15, RATIO),
    ("boost_day_weight", 0.12, RATIO),
    ("boost_swing_weight", 0.10, RATIO),
]
CHOICES = [
    ("boost_mode", "multiplicative", ("multiplicative", "additive")),
    ("boost_window", "1h", ("1h", "4h", "session")),
    ("boost_confidence_scaling", "off", ("off", "on")),
]


def test_every_parameter_of_flow_is_listed_here() -> None:
    listed = {row[0] for row in NUMBERS} | {row[0] for row in CHOICES}

    assert {key for key in BY_KEY if key.startswith(("flow_", "boost_"))} == listed


@pytest.mark.parametrize(("key", "default", "bounds"), NUMBERS)
def test_number_has_its_default_and_takes_its_bounds(
    key: str, default: float, bounds: tuple[float, float, str]
) -> None:
    low, high, unit = bounds
    parameter = BY_KEY[key]

    assert (parameter.default, type(parameter.default)) == (default, type(default))
    assert getattr(FlowParams(), key) == default
    assert (parameter.minimum, parameter.maximum, parameter.unit) == (low, high, unit)
    assert parameter.help
    assert parameter.source.startswith(("spec 18.", "errata 25"))
    for value in (low, high):
        assert getattr(Params.from_values({key: value}), key) == value
    for value in (math.nextafter(low, -1), math.nextafter(high, math.inf), math.nan):
        with pytest.raises(TuningError):
            Params.from_values({key: value})


@pytest.mark.parametrize(("key", "default", "choices"), CHOICES)
def test_choice_has_its_default_and_refuses_anything_else(
    key: str, default: str, choices: tuple[str, ...]
) -> None:
    assert (BY_KEY[key].default, BY_KEY[key].choices) == (default, choices)
    assert getattr(FlowParams(), key) == default
    for value in choices:
        assert getattr(Params.from_values({key: value}), key) == value
    with pytest.raises(TuningError, match=f"expected {' or '.join(choices)}"):
        Params.from_values({key: "both"})


def test_points_make_a_hundred() -> None:
    score = ("block", "sweep", "trade", "aggressive", "quoted")
    confidence = ("count", "quoted", "net")

    assert sum(getattr(FlowParams(), f"flow_{name}_points") for name in score) == 100
    assert sum(getattr(FlowParams(), f"flow_{name}_confidence") for name in confidence) == 100


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        ({}, 25),
        ({"flow_large_min_size": 101}, 100),
        ({"flow_block_min_size": 7}, 7),
    ],
)
def test_least_marked_size_is_the_smallest_of_three(changes: dict[str, int], least: int) -> None:
    assert FlowParams(**changes).least_marked_size == least  # type: ignore[arg-type]
