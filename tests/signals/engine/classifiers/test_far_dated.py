"""Far-dated conviction (options-engine.md 12.3, 12.5; golden G8)."""

from typing import Any

import pytest

from signals.engine.classifiers.far_dated import FAR_DATED, judge_far_dated
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    single,
    texts,
    tuned,
)

FAR: dict[str, Any] = {"dte_days": 60, "expiry": "2025-03-16"}


def test_golden() -> None:
    # G8: DTE 99, size 650, premium 28,000, coverage .7, aggressive .8 of what is covered
    found = single(
        dte_days=99, total_size=650, premium_usd=28_000.0, coverage=0.7, buy_raw=0.5, sell_raw=0.06,
        signed_share=0.56, imbalance=0.7857,
    )  # fmt: skip

    verdict = judge_far_dated(found, LABEL, PARAMS)

    assert_confidence(verdict, 85, 50, 5, 5)
    assert (verdict.classifier_id, verdict.direction) == (FAR_DATED, "bullish")


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (50,)),
        ({"dte_days": 89}, (50,)),
        ({"dte_days": 90}, (50, 5)),
        ({"premium_usd": 39_999.99}, (50,)),
        ({"premium_usd": 40_000.0}, (50, 10)),
        ({"total_size": 799}, (50,)),
        ({"total_size": 800}, (50, 5)),
        ({"size_z": 2.0, "size_z_n": 12}, (50, 10)),
        ({"total_size": 1, "premium_z": 2.5, "premium_z_n": 12}, (50, 10)),
        # both sides together
        ({"coverage": 0.5, "buy_raw": 0.3, "sell_raw": 0.25}, (50, 5)),
        ({"coverage": 0.5, "buy_raw": 0.3, "sell_raw": 0.2499}, (50, -10)),
        ({"coverage": 0.4999, "buy_raw": 1.0}, (50,)),
        ({"granularity": "minute", "coverage": 1.0, "buy_raw": 1.0, "dte_days": 90}, (50, 5)),
        (
            {"dte_days": 90, "premium_usd": 40_000.0, "total_size": 800, "size_z": 2.0,
             "size_z_n": 12, "coverage": 1.0, "buy_raw": 1.0, "sell_raw": 0.0},
            (50, 5, 10, 5, 10, 5),
        ),
        (
            {"dte_days": 90, "premium_usd": 40_000.0, "total_size": 800, "size_z": 2.0,
             "size_z_n": 12},
            (50, 5, 10, 5, 10),
        ),
    ],
)  # fmt: skip
def test_far_dated_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    verdict = judge_far_dated(single(**(FAR | changes)), LABEL, PARAMS)

    assert_confidence(verdict, 85, *hundredths)
    assert verdict.direction == "neutral"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dte_days": None}, "needs_days_to_expiry"),
        ({"dte_days": 59}, "near_expiry"),
        ({"dte_days": 59, "premium_usd": None}, "near_expiry"),
        ({"premium_usd": None}, "needs_premium"),
        ({"total_size": 399}, "small_size"),
        ({"premium_usd": 19_999.99}, "low_premium"),
    ],
)
def test_near_miss_says_why(changes: dict[str, Any], reason: str) -> None:
    assert_silent(judge_far_dated(single(**(FAR | changes)), LABEL, PARAMS), FAR_DATED, reason)


def test_days_that_are_far_are_tuned() -> None:
    params = tuned(far_dated_min_days=61)

    assert judge_far_dated(single(**FAR), LABEL, params).reason == "near_expiry"
    assert judge_far_dated(single(**(FAR | {"dte_days": 61})), LABEL, params).fired


@pytest.mark.parametrize(
    ("right", "imbalance", "direction", "told"),
    [
        ("call", 0.5, "bullish", "in a call consistent with a bullish reading"),
        ("call", -0.5, "bearish", "in a call consistent with a bearish reading"),
        ("put", 0.5, "bearish", "in a put consistent with a bearish reading"),
        ("put", -0.5, "bullish", "in a put consistent with a bullish reading"),
        ("put", 0.0, "neutral", "no direction is told"),
    ],
)
def test_direction_and_its_sentence(
    right: str, imbalance: float, direction: str, told: str
) -> None:
    found = single(**FAR, option_type=right, signed_share=0.5, imbalance=imbalance)

    verdict = judge_far_dated(found, LABEL, PARAMS)

    assert verdict.direction == direction
    assert texts(verdict)[5].endswith(f": {told}.")


def test_minute_bars_fire_neutral() -> None:
    found = single(**FAR, granularity="minute", signed_share=1.0, imbalance=1.0)

    verdict = judge_far_dated(found, LABEL, PARAMS)

    assert (verdict.fired, verdict.direction) == (True, "neutral")


def test_sentences() -> None:
    assert texts(judge_far_dated(single(**(FAR | {"dte_days": 1_000})), LABEL, PARAMS)) == [
        "2 prints of SPY 17JAN25 450C in 120 ms: consistent with a view on the months ahead.",
        "It expires in 1,000 days, on 2025-03-16; far is from 60 days on.",
        "$20,000 of premium for 400 contracts in 2 prints; floors: premium $20,000, size 400.",
        "No baseline yet: 0 packets of this kind were seen, it speaks from 12 on.",
        "20 % of the size printed at the ask or above, 10 % at the bid or below; quotes cover "
        "49.99 % of it (sides count from 50 % coverage and 55 % on both together).",
        "Weighted by how sure each side is, 0 % of the size took one with an imbalance of 0 "
        "(counted from 35 % and 0.12): no direction is told.",
        "Confidence 0.55: +0.50 an unusual amount far from expiry, +0.05 90 days or more; at most "
        "0.85.",
    ]
