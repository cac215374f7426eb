"""The spike with a baseline; its floors stand in test_confidence_arithmetic (12.3, G8)."""

from typing import Any

import pytest

from signals.engine.classifiers.spike import SPIKE, judge_spike
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    single,
    texts,
    tuned,
)

SMALL: dict[str, Any] = {"total_size": 50, "premium_usd": 5_000.0}


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (50,)),
        ({"total_size": 800}, (50, 15)),
        ({"premium_usd": 40_000.0}, (50, 15)),
        ({"count": 3}, (50, 10)),
        # + 10 above a baseline, + 5 one beyond
        ({"premium_z": 2.5, "premium_z_n": 12}, (50, 10)),
        ({"premium_z": 3.4999, "premium_z_n": 12}, (50, 10)),
        ({"premium_z": 3.5, "premium_z_n": 12}, (50, 10, 5)),
        ({"size_z": 2.0, "size_z_n": 12}, (50, 10)),
        ({"size_z": 2.9999, "size_z_n": 12}, (50, 10)),
        ({"size_z": 3.0, "size_z_n": 12}, (50, 10, 5)),
        ({"size_z": 3.0, "size_z_n": 11}, (50,)),
        # the z alone is enough
        (SMALL | {"size_z": 2.0, "size_z_n": 12}, (50, 10)),
        # quotes cover enough: the larger side
        ({"coverage": 0.5, "buy_raw": 0.55}, (50, 5)),
        ({"coverage": 0.5, "buy_raw": 0.2, "sell_raw": 0.55}, (50, 5)),
        ({"coverage": 0.5, "buy_raw": 0.3, "sell_raw": 0.5499}, (50, -10)),
        # minute bars: z and amounts, no count, no side
        (
            {"granularity": "minute", "size_z": 3.0, "size_z_n": 12, "count": 9, "coverage": 1.0},
            (50, 10, 5),
        ),
        # the cap
        (
            {"total_size": 800, "premium_usd": 40_000.0, "size_z": 3.0, "size_z_n": 12},
            (50, 15, 15, 10, 5),
        ),
    ],
)
def test_spike_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    found = judge_spike(single(**changes), LABEL, PARAMS)

    assert_confidence(found, 90, *hundredths)
    assert found.direction == "neutral"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"premium_usd": None}, "needs_premium"),
        ({"total_size": 399}, "small_size"),
        ({"premium_usd": 19_999.99}, "low_premium"),
        (SMALL | {"size_z": 1.9999, "size_z_n": 50, "premium_z": 2.4999, "premium_z_n": 50},
         "small_size"),
    ],
)  # fmt: skip
def test_near_miss_says_why(changes: dict[str, Any], reason: str) -> None:
    assert_silent(judge_spike(single(**changes), LABEL, PARAMS), SPIKE, reason)


def test_limit_of_a_high_z_moves_with_its_limit() -> None:
    params = tuned(spike_min_size_z=4.0)

    assert_confidence(judge_spike(single(size_z=4.9999, size_z_n=50), LABEL, params), 90, 50, 10)
    assert_confidence(judge_spike(single(size_z=5.0, size_z_n=50), LABEL, params), 90, 50, 10, 5)


def test_sentences() -> None:
    found = single(
        **SMALL, size_z=3.0, size_z_n=40, size_z_scope="contract", size_typical=12.5,
        premium_z=2.75, premium_z_n=41, premium_z_scope="contract", premium_typical_usd=1_200.0,
    )  # fmt: skip

    assert texts(judge_spike(found, LABEL, PARAMS)) == [
        "2 prints of SPY 17JAN25 450C in 120 ms: consistent with unusual interest in this "
        "contract.",
        "$5,000 of premium for 50 contracts in 2 prints; floors: premium $20,000, size 400.",
        "Against what is usual: premium z 2.75 from 41 packets of this contract, typically "
        "$1,200; size z 3 from 40 packets of this contract, typically 12.5. Counted from z 2.5 "
        "for premium or 2 for size, and from 12 packets on.",
        "20 % of the size printed at the ask or above, 10 % at the bid or below; quotes cover "
        "49.99 % of it (sides count from 50 % coverage and 55 % on one side).",
        "Confidence 0.65: +0.50 an unusual amount, +0.10 far above its baseline, +0.05 by a z "
        "of 3.5 for premium or 3 for size, or more; at most 0.90.",
    ]
