"""Vertical spreads (options-engine.md 9.4, 12.3; errata 5, 6, 40; golden G8)."""

from typing import Any

import pytest

from signals.engine.classifiers.vertical import VERTICAL, judge_vertical
from tests.signals.engine.classifiers.builders import (
    LABEL,
    PARAMS,
    assert_confidence,
    assert_silent,
    structure,
    texts,
)


def test_golden() -> None:
    # G8: C, legs 2, size 900, premium 45,000, coverage .8; both legs signed (errata 40)
    golden = structure(total_size=900, premium_usd=45_000.0, coverage=0.8)

    verdict = judge_vertical(golden, LABEL, PARAMS)

    assert_confidence(verdict, 85, 50, 10, 5, 5)
    assert (verdict.classifier_id, verdict.direction) == (VERTICAL, "bullish")


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (50, -10, 5)),  # thin coverage costs
        ({"coverage": 0.5}, (50, 5)),
        ({"coverage": 0.5, "signed_share": 0.55}, (50, 5)),
        ({"coverage": 0.5, "signed_share": 0.5499}, (50, -10)),
        ({"coverage": 0.4999, "signed_share": 0.5499}, (50, -10, -10)),
        # without a quote or a sign there is no side
        ({"coverage": 0.0}, (50, -10)),
        ({"coverage": 0.0001}, (50, -10, 5)),
        ({"coverage": 1.0, "signed_share": 0.0}, (50, -10)),
        ({"coverage": 0.4999, "signed_share": 0.0}, (50, -10)),
        ({"coverage": 0.4999, "signed_share": 0.0001}, (50, -10, -10)),
        ({"coverage": 0.5, "premium_usd": 20_000.0}, (50, 10, 5)),
        ({"coverage": 0.5, "premium_usd": 19_999.99}, (50, 5)),
        ({"coverage": 0.5, "total_size": 400}, (50, 5, 5)),
        ({"coverage": 0.5, "total_size": 399, "structure_legs": 3}, (50, 5)),
        ({"coverage": 0.5, "size_z": 9.0, "size_z_n": 99}, (50, 5)),
    ],
)
def test_vertical_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    assert_confidence(judge_vertical(structure(**changes), LABEL, PARAMS), 85, *hundredths)


def test_inferred_counts_six_tenths() -> None:
    inferred = structure(
        structure_inferred=True, structure_confidence=0.6, total_size=900, premium_usd=45_000.0,
        coverage=0.8,
    )  # fmt: skip

    assert judge_vertical(inferred, LABEL, PARAMS).confidence == 0.42  # .6 x .70


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"structure_type": "ratio_spread"}, "other_structure"),
        ({"structure_type": ""}, "other_structure"),
        ({"granularity": "minute"}, "needs_ticks"),
        ({"premium_usd": None}, "needs_premium"),
    ],
)
def test_near_miss_says_why(changes: dict[str, Any], reason: str) -> None:
    assert_silent(judge_vertical(structure(**changes), LABEL, PARAMS), VERTICAL, reason)


@pytest.mark.parametrize(
    ("told", "direction", "end"),
    [
        ("bullish", "bullish", "consistent with a bullish reading."),
        ("bearish", "bearish", "consistent with a bearish reading."),
        ("neutral", "neutral", "no direction is told."),
        ("unknown", "neutral", "no direction is told."),
    ],
)
@pytest.mark.parametrize("imbalance", [-1.0, 0.0, 1.0])
def test_direction_is_that_of_the_legs(
    told: str, direction: str, end: str, imbalance: float
) -> None:
    found = structure(structure_direction=told, imbalance=imbalance, buy_raw=1.0)

    verdict = judge_vertical(found, LABEL, PARAMS)

    assert verdict.direction == direction
    assert texts(verdict)[5].endswith(end)


def test_sentences() -> None:
    assert texts(judge_vertical(structure(covered_size=0, coverage=0.0), LABEL, PARAMS)) == [
        "2 prints of SPY 17JAN25 450C in 3 ms: consistent with a vertical spread.",
        "2 legs, flagged as one package by the tape: SPY-2025-01-17-450-C 200 long, "
        "SPY-2025-01-17-455-C 190 short; net debit $4,410.",
        "$19,000 of premium for 390 contracts in 2 prints; counted from: premium $20,000, size "
        "400.",
        "No baseline yet: 0 packets of this kind were seen, it speaks from 12 on.",
        "No quote coverage: the sides of the legs rest on nothing quoted.",
        "By the type and the sides of its legs: consistent with a bullish reading.",
        "Confidence 0.40: +0.50 a vertical spread, -0.10 sides of the legs are not known; at most "
        "0.85.",
    ]


def test_a_baseline_is_told_but_not_counted() -> None:
    found = structure(premium_z=3.0, premium_z_n=20, premium_z_scope="contract")

    assert texts(judge_vertical(found, LABEL, PARAMS))[3] == (
        "Against what is usual: premium z 3 from 20 packets of structures of its type. This rule "
        "does not count it."
    )


def test_sum_says_that_the_sides_of_the_legs_are_known() -> None:
    found = structure(coverage=0.6, signed_share=0.8, covered_size=300)

    assert texts(judge_vertical(found, LABEL, PARAMS))[-1] == (
        "Confidence 0.55: +0.50 a vertical spread, +0.05 sides of the legs are known; at most 0.85."
    )
