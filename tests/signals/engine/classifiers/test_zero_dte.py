"""The expiry-day rule (options-engine.md 12.1, 12.3, 12.5; golden G8)."""

import itertools
from typing import Any

import pytest

from signals.engine.classifiers.zero_dte import ZERO_DTE, judge_zero_dte
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    single,
    texts,
    tuned,
)

# One percent from the money exactly: no addend.
TODAY: dict[str, Any] = {"expiry": "2025-01-15", "strike": 101.0, "underlying_mid": 100.0}


def test_golden() -> None:
    # G8: S 450.5, count 3, size 800, premium 50,000, coverage .8, aggressive .0
    found = single(
        expiry="2025-01-15", underlying_mid=450.5, count=3, total_size=800, premium_usd=50_000.0,
        coverage=0.8, buy_raw=0.0, sell_raw=0.0,
    )  # fmt: skip

    verdict = judge_zero_dte(found, LABEL, PARAMS)

    assert_confidence(verdict, 90, 55, 5, 10, 5, -10)
    assert (verdict.classifier_id, verdict.direction) == (ZERO_DTE, "neutral")


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (55,)),
        ({"strike": 99.0}, (55,)),
        ({"strike": 100.51}, (55,)),
        ({"strike": 100.5}, (55, 5)),
        ({"strike": 99.5}, (55, 5)),
        ({"strike": 100.0}, (55, 5)),
        ({"premium_usd": 39_999.99}, (55,)),
        ({"premium_usd": 40_000.0}, (55, 10)),
        ({"total_size": 799}, (55,)),
        ({"total_size": 800}, (55, 5)),
        ({"size_z": 9.0, "size_z_n": 50, "count": 9}, (55,)),  # neither z nor count plays a part
        ({"coverage": 0.5, "buy_raw": 0.3, "sell_raw": 0.25}, (55, 5)),
        ({"coverage": 0.5, "buy_raw": 0.3, "sell_raw": 0.2499}, (55, -10)),
        ({"coverage": 0.4999, "buy_raw": 1.0}, (55,)),
        ({"granularity": "minute", "coverage": 1.0, "buy_raw": 1.0}, (55,)),
        (
            {"strike": 100.0, "premium_usd": 40_000.0, "total_size": 800, "coverage": 1.0,
             "buy_raw": 1.0, "sell_raw": 0.0},
            (55, 5, 10, 5, 5),
        ),
    ],
)  # fmt: skip
def test_zero_dte_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    verdict = judge_zero_dte(single(**(TODAY | changes)), LABEL, PARAMS)

    assert_confidence(verdict, 90, *hundredths)
    assert verdict.direction == "neutral"


# The first reason wins. Each row breaks one condition; rows are in the order of the tests.
REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("other_expiry", {"expiry": "2025-01-16"}),
    ("needs_premium", {"premium_usd": None}),
    ("small_size", {"total_size": 399}),
    ("low_premium", {"premium_usd": 19_999.99}),
    ("needs_underlying", {"underlying_mid": None}),
    ("far_from_money", {"strike": 101.01}),
]


@pytest.mark.parametrize(("reason", "changes"), REFUSALS)
def test_near_miss_says_why(reason: str, changes: dict[str, Any]) -> None:
    assert_silent(judge_zero_dte(single(**(TODAY | changes)), LABEL, PARAMS), ZERO_DTE, reason)


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(range(len(REFUSALS)), 2)))
def test_earlier_reason_hides_the_later_one(first: int, second: int) -> None:
    reason, changes = REFUSALS[first]
    merged = TODAY | REFUSALS[second][1] | changes

    assert judge_zero_dte(single(**merged), LABEL, PARAMS).reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"strike": 98.99}, "far_from_money"),
        ({"underlying_mid": 0.0}, "needs_underlying"),
        ({"strike": 606.0, "underlying_mid": 600.0}, ""),
        ({"strike": 606.01, "underlying_mid": 600.0}, "far_from_money"),
    ],
)
def test_distance_at_its_limit(changes: dict[str, Any], reason: str) -> None:
    assert judge_zero_dte(single(**(TODAY | changes)), LABEL, PARAMS).reason == reason


@pytest.mark.parametrize(
    ("values", "changes", "reason"),
    [
        ({"zero_dte_max_atm_ratio": 0.009}, {}, "far_from_money"),
        ({"zero_dte_max_atm_ratio": 0.02}, {"strike": 102.0}, ""),
        ({"zero_dte_min_premium_usd": 20_001}, {}, "low_premium"),
        ({"zero_dte_min_size": 401}, {}, "small_size"),
        ({"spike_min_size": 999_999, "spike_min_premium_usd": 10**9}, {}, ""),  # not its own
    ],
)
def test_limits_are_tuned(values: dict[str, Any], changes: dict[str, Any], reason: str) -> None:
    assert judge_zero_dte(single(**(TODAY | changes)), LABEL, tuned(**values)).reason == reason


def test_addends_follow_the_tuning() -> None:
    params = tuned(
        zero_dte_max_atm_ratio=0.02, zero_dte_min_premium_usd=10_000, zero_dte_min_size=200
    )

    assert_confidence(judge_zero_dte(single(**TODAY), LABEL, params), 90, 55, 5, 10, 5)


@pytest.mark.parametrize(
    ("right", "imbalance", "direction"),
    [("call", 0.5, "bullish"), ("call", -0.5, "bearish"), ("put", 0.5, "bearish")],
)
def test_direction(right: str, imbalance: float, direction: str) -> None:
    found = single(**TODAY, option_type=right, signed_share=0.5, imbalance=imbalance)

    assert judge_zero_dte(found, LABEL, PARAMS).direction == direction


def test_minute_bars_fire_neutral() -> None:
    found = single(**TODAY, granularity="minute", signed_share=1.0, imbalance=1.0)

    verdict = judge_zero_dte(found, LABEL, PARAMS)

    assert (verdict.fired, verdict.direction) == (True, "neutral")
    assert texts(verdict)[5] == "One price a minute: no direction is told."


def test_sentences() -> None:
    found = single(
        **(TODAY | {"strike": 450.0, "underlying_mid": 450.5}), signed_share=0.4, imbalance=-0.625
    )

    assert texts(judge_zero_dte(found, LABEL, PARAMS)) == [
        "2 prints of SPY 17JAN25 450C in 120 ms: consistent with a view on the last hours of this "
        "contract.",
        "It expires on the day of its print, 2025-01-15: strike $450.00 against $450.50 of the "
        "underlying, 0.111 % away (at most 1 %).",
        "$20,000 of premium for 400 contracts in 2 prints; floors: premium $20,000, size 400.",
        "No baseline yet: 0 packets of this kind were seen, it speaks from 12 on.",
        "20 % of the size printed at the ask or above, 10 % at the bid or below; quotes cover "
        "49.99 % of it (sides count from 50 % coverage and 55 % on both together).",
        "Weighted by how sure each side is, 40 % of the size took one with an imbalance of -0.625 "
        "(counted from 35 % and 0.12): in a call consistent with a bearish reading.",
        "Confidence 0.60: +0.55 large and near the money on its last day, +0.05 within half the "
        "furthest distance; at most 0.90.",
    ]


def test_sum_names_what_passes_twice_its_floor() -> None:
    found = single(**(TODAY | {"premium_usd": 40_000.0, "total_size": 800, "coverage": 0.0}))

    assert texts(judge_zero_dte(found, LABEL, PARAMS))[-1] == (
        "Confidence 0.70: +0.55 large and near the money on its last day, +0.10 premium at twice "
        "its floor or more, +0.05 size at twice its floor or more; at most 0.90."
    )
