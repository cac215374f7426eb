"""Confidences as sums written in the table, in hundredths; and why a rule declines, in order.

Source: options-engine.md 12.2, 12.3, 12.5; errata 7 and 41; golden G8.
"""

import itertools
from typing import Any

import msgspec
import pytest

from signals.engine.classifiers.registry import classify
from signals.engine.classifiers.spike import SPIKE, judge_spike
from signals.engine.classifiers.sweep import CALL_SWEEP, PUT_SWEEP, judge_call_sweep
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
CALL, PUT = "SPY 17JAN25 450C", "SPY 17JAN25 450P"
# A sweep and a spike with no extra term at all: 0.55 and 0.50.
BARE = Features(
    option_type="call", security_type="stock", count=3, total_size=400, premium_usd=40_000.0,
    first_price=1.00, last_price=0.99, span_ms=200.0, covered_size=400, coverage=0.4999,
    buy_raw=0.6, sell_raw=0.1, venue_count=2, sweep=True, burst_sweep=True, sweep_sign=1,
    sweep_count=3, sweep_venue_count=2, sweep_span_ms=200.0, sweep_size=400, sweep_side_ratio=0.9,
    sweep_premium_usd=40_000.0,
)  # fmt: skip


def but(**changes: Any) -> Features:
    return msgspec.structs.replace(BARE, **changes)


# One term at a time: at its threshold and just below. The sum is the confidence.
@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (55,)),
        # + 10: the price did not fall
        ({"last_price": 0.9999}, (55,)),
        ({"last_price": 1.00}, (55, 10)),
        ({"last_price": 1.01}, (55, 10)),
        # + 10: five prints
        ({"count": 4}, (55,)),
        ({"count": 5}, (55, 10)),
        ({"count": 6}, (55, 10)),
        # + 15: premium at twice its floor
        ({"premium_usd": 79_999.99}, (55,)),
        ({"premium_usd": 80_000.0}, (55, 15)),
        # + 5 or - 10: the side, once quotes cover half of the size
        ({"coverage": 0.5}, (55, 5)),
        ({"coverage": 0.5, "buy_raw": 0.55}, (55, 5)),
        ({"coverage": 1.0, "buy_raw": 1.0}, (55, 5)),
        # - 15: special prints
        ({"special_size_ratio": 0.3399}, (55,)),
        ({"special_size_ratio": 0.34}, (55, -15)),
        ({"special_size_ratio": 1.0}, (55, -15)),
        # together, and at the cap of 95
        ({"count": 5, "coverage": 0.5}, (55, 10, 5)),
        ({"count": 5, "premium_usd": 80_000.0}, (55, 10, 15)),
        ({"count": 5, "premium_usd": 80_000.0, "coverage": 0.5}, (55, 10, 15, 5)),
        ({"last_price": 1.0, "count": 5, "premium_usd": 80_000.0}, (55, 10, 10, 15)),
        ({"last_price": 1.0, "special_size_ratio": 0.4}, (55, 10, -15)),
        (
            {"last_price": 1.0, "count": 5, "premium_usd": 80_000.0, "coverage": 0.5},
            (55, 10, 10, 15, 5),
        ),
    ],
)
def test_sweep_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    found = judge_call_sweep(but(**changes), CALL, PARAMS)

    assert found.fired
    assert found.confidence == min(95, sum(hundredths)) / 100


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({"count": 2, "premium_usd": 20_000.0}, (50,)),
        # + 15: size at twice its floor
        ({"count": 2, "premium_usd": 20_000.0, "total_size": 799}, (50,)),
        ({"count": 2, "premium_usd": 20_000.0, "total_size": 800}, (50, 15)),
        # + 15: premium at twice its floor
        ({"count": 2, "premium_usd": 39_999.99}, (50,)),
        ({"count": 2, "premium_usd": 40_000.0}, (50, 15)),
        # + 10: three prints
        ({"count": 3, "premium_usd": 20_000.0}, (50, 10)),
        # + 5 or - 10: the larger of the two sides
        ({"count": 2, "premium_usd": 20_000.0, "coverage": 0.5}, (50, 5)),
        ({"count": 2, "premium_usd": 20_000.0, "coverage": 0.5, "buy_raw": 0.5499}, (50, -10)),
        (
            {
                "count": 2,
                "premium_usd": 20_000.0,
                "coverage": 0.5,
                "buy_raw": 0.1,
                "sell_raw": 0.55,
            },
            (50, 5),
        ),
        # a bar tells neither count nor side
        ({"granularity": "minute", "count": 9, "coverage": 1.0}, (50, 15)),
        ({"granularity": "minute", "total_size": 800}, (50, 15, 15)),
        # the cap of 90
        ({"total_size": 800, "coverage": 0.5}, (50, 15, 15, 10, 5)),
        ({"total_size": 800}, (50, 15, 15, 10)),
    ],
)
def test_spike_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    found = judge_spike(but(**changes), CALL, PARAMS)

    assert found.fired
    assert found.confidence == min(90, sum(hundredths)) / 100


def test_every_combination_of_terms_of_a_sweep() -> None:
    options = (
        [(0.99, 0), (1.00, 10)],
        [(4, 0), (5, 10)],
        [(79_999.0, 0), (80_000.0, 15)],
        [(0.4999, 0), (0.5, 5)],
        [(0.33, 0), (0.34, -15)],
    )
    for price, count, premium, coverage, special in itertools.product(*options):
        changed = but(
            last_price=price[0],
            count=count[0],
            premium_usd=premium[0],
            coverage=coverage[0],
            special_size_ratio=special[0],
        )
        points = 55 + price[1] + count[1] + premium[1] + coverage[1] + special[1]

        found = judge_call_sweep(changed, CALL, PARAMS)

        assert found.confidence == min(95, points) / 100
        assert found.sentences[-1]["values"] == {"confidence": found.confidence}


# The first reason wins. Each row breaks one condition; rows are in the order of the tests.
REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("other_right", {"option_type": "put"}),
    ("needs_ticks", {"granularity": "minute"}),
    ("needs_venues", {"venue_count": None}),
    ("needs_premium", {"premium_usd": None}),
    ("too_few_prints", {"count": 2}),
    ("low_premium", {"premium_usd": 39_999.999999}),
    ("no_sweep", {"sweep": False}),
    ("sweep_at_bid", {"sweep_sign": -1}),
    ("not_bought", {"buy_raw": 0.5499}),
    ("direction_disagrees", {"signed_share": 0.35, "imbalance": -0.12}),
    ("complex_majority", {"complex_size_ratio": 0.5001}),
]


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(range(len(REFUSALS)), 2)))
def test_earlier_reason_hides_the_later_one(first: int, second: int) -> None:
    reason, changes = REFUSALS[first]
    merged = REFUSALS[second][1] | changes  # the earlier one decides a key that both change

    assert judge_call_sweep(but(**merged), CALL, PARAMS).reason == reason


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 3},
        {"premium_usd": 40_000.0},
        {"buy_raw": 0.55},
        {"complex_size_ratio": 0.5},
        {"venue_count": 1},  # the sweep itself counted its venues
        {"coverage": 0.0},  # quotes are the event's business, not the rule's
        {"total_size": 1},
    ],
)
def test_sweep_at_its_limits_fires(changes: dict[str, Any]) -> None:
    assert judge_call_sweep(but(**changes), CALL, PARAMS).reason == ""


@pytest.mark.parametrize(
    ("key", "value", "changes", "reason"),
    [
        ("sweep_min_count", 4, {"count": 3}, "too_few_prints"),
        ("sweep_min_count", 4, {"count": 4}, ""),
        ("sweep_min_count", 1, {"count": 1}, ""),
        ("sweep_min_premium_usd", 40_001, {}, "low_premium"),
        ("sweep_min_premium_usd", 0, {"premium_usd": 0.0}, ""),
        ("min_aggressor_ratio", 0.61, {}, "not_bought"),
        ("min_aggressor_ratio", 0.6, {}, ""),
        ("min_aggressor_ratio", 0.0, {"buy_raw": 0.1001}, ""),
        ("min_aggressor_ratio", 0.0, {"buy_raw": 0.1}, "not_bought"),  # no side prevails
    ],
)
def test_sweep_limits_follow_the_tuning(
    key: str, value: float, changes: dict[str, Any], reason: str
) -> None:
    assert judge_call_sweep(but(**changes), CALL, Params.from_values({key: value})).reason == reason


@pytest.mark.parametrize(
    ("key", "value", "changes", "reason"),
    [
        ("spike_min_size", 401, {}, "small_size"),
        ("spike_min_size", 400, {}, ""),
        ("spike_min_size", 1, {"total_size": 1}, ""),
        ("spike_min_premium_usd", 40_001, {}, "low_premium"),
        ("spike_min_premium_usd", 40_000, {}, ""),
        ("spike_min_premium_usd", 0, {"premium_usd": 0.0}, ""),
    ],
)
def test_spike_limits_follow_the_tuning(
    key: str, value: float, changes: dict[str, Any], reason: str
) -> None:
    assert judge_spike(but(**changes), CALL, Params.from_values({key: value})).reason == reason


# features, special share, which rules fire: a lone spike of mostly special prints is taken back
@pytest.mark.parametrize(
    ("changes", "special", "fired"),
    [
        ({}, 0.0, [CALL_SWEEP, SPIKE]),
        ({}, 0.51, [CALL_SWEEP, SPIKE]),
        ({"sweep": False}, 0.5, [SPIKE]),
        ({"sweep": False}, 0.5001, []),
        ({"sweep": False}, 1.0, []),
        ({"option_type": "put"}, 0.5, [PUT_SWEEP, SPIKE]),
        ({"option_type": "put", "sweep_sign": -1}, 0.6, []),
        ({"total_size": 399}, 0.0, [CALL_SWEEP]),
        ({"total_size": 399, "sweep": False}, 0.0, []),
        ({"granularity": "minute"}, 0.0, [SPIKE]),
    ],
)
def test_rules_together(changes: dict[str, Any], special: float, fired: list[str]) -> None:
    features = but(special_size_ratio=special, **changes)

    verdicts = classify(features, CALL if features.option_type == "call" else PUT, PARAMS)

    assert [verdict.classifier_id for verdict in verdicts if verdict.fired] == fired
    assert all(bool(verdict.reason) is not verdict.fired for verdict in verdicts)
