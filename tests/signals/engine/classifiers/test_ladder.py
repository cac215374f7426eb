"""Ladders (options-engine.md 9.4, 12.3, 12.5; errata 5, 6, 40)."""

from typing import Any

import pytest

from signals.engine.classifiers.ladder import LADDER, judge_ladder
from signals.engine.features import Features
from tests.signals.engine.classifiers.builders import (
    LABEL,
    LADDER_CONTRACTS,
    PARAMS,
    assert_confidence,
    assert_silent,
    structure,
    texts,
)

BARE: dict[str, Any] = {
    "structure_type": "ladder", "structure_legs": 3, "structure_contracts": LADDER_CONTRACTS,
    "structure_signs": [1, 1, 1], "structure_leg_sizes": [200, 100, 100],
    "structure_strikes": [450.0, 455.0, 460.0], "total_size": 400, "premium_usd": 20_000.0,
    "structure_inferred": True,
}  # fmt: skip


def found(**changes: Any) -> Features:
    return structure(**(BARE | changes))


@pytest.mark.parametrize(
    ("changes", "hundredths"),
    [
        ({}, (45,)),
        ({"premium_usd": 39_999.99}, (45,)),
        ({"premium_usd": 40_000.0}, (45, 10)),
        ({"total_size": 799}, (45,)),
        ({"total_size": 800}, (45, 10)),
        ({"structure_strikes": [1.0, 2.0, 3.0, 4.0]}, (45, 5)),
        ({"structure_strikes": [1.0, 2.0, 3.0, 4.0, 5.0]}, (45, 5)),
        ({"size_z": 2.0, "size_z_n": 12}, (45, 5)),
        ({"premium_z": 2.5, "premium_z_n": 12}, (45, 5)),
        ({"coverage": 0.5}, (45, 5)),
        ({"coverage": 0.5, "signed_share": 0.5499}, (45, -10)),
        (
            {"premium_usd": 40_000.0, "total_size": 800, "size_z": 2.0, "size_z_n": 12,
             "structure_strikes": [1.0, 2.0, 3.0, 4.0], "coverage": 0.5},
            (45, 10, 10, 5, 5, 5),
        ),
    ],
)  # fmt: skip
def test_ladder_is_the_sum_of_its_terms(
    changes: dict[str, Any], hundredths: tuple[int, ...]
) -> None:
    assert_confidence(judge_ladder(found(**changes), LABEL, PARAMS), 85, *hundredths)


def test_inferred_counts_six_tenths() -> None:
    assert judge_ladder(found(structure_confidence=0.6), LABEL, PARAMS).confidence == 0.27


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        # one of premium, size and z is enough
        ({"total_size": 1}, ""),
        ({"premium_usd": 1.0}, ""),
        ({"total_size": 399, "premium_usd": 19_999.99}, "small"),
        ({"total_size": 399, "premium_usd": 1.0, "size_z": 2.0, "size_z_n": 12}, ""),
        ({"total_size": 399, "premium_usd": 1.0, "size_z": 1.9999, "size_z_n": 12}, "small"),
        ({"structure_type": "vertical"}, "other_structure"),
        ({"granularity": "minute"}, "needs_ticks"),
        ({"premium_usd": None}, "needs_premium"),
    ],
)
def test_ladder_at_its_limits(changes: dict[str, Any], reason: str) -> None:
    verdict = judge_ladder(found(**changes), LABEL, PARAMS)

    assert (verdict.classifier_id, verdict.reason, verdict.fired) == (LADDER, reason, not reason)


def test_what_is_refused_says_nothing_more() -> None:
    small = found(total_size=1, premium_usd=1.0)

    assert_silent(judge_ladder(small, LABEL, PARAMS), LADDER, "small")
    assert_silent(judge_ladder(structure(), LABEL, PARAMS), LADDER, "other_structure")


@pytest.mark.parametrize(
    ("told", "direction"),
    [("bullish", "bullish"), ("bearish", "bearish"), ("unknown", "neutral")],
)
def test_direction_is_that_of_the_legs(told: str, direction: str) -> None:
    verdict = judge_ladder(found(structure_direction=told), LABEL, PARAMS)

    assert verdict.direction == direction


def test_sentences() -> None:
    assert texts(judge_ladder(found(structure_confidence=0.6), LABEL, PARAMS)) == [
        "2 prints of SPY 17JAN25 450C in 3 ms: consistent with one view spread over several "
        "strikes.",
        "3 legs, put together from time, venue, size and side: SPY-2025-01-17-450-C 200 long, "
        "SPY-2025-01-17-455-C 100 long, SPY-2025-01-17-460-C 100 long; net debit $4,410.",
        "$20,000 of premium for 400 contracts in 2 prints; either suffices: premium $20,000, size "
        "400.",
        "No baseline yet: 0 packets of this kind were seen, it speaks from 12 on.",
        "The side is known of legs with 100 % of the size; quotes cover 49.99 % (counted from 50 % "
        "coverage and 55 % known).",
        "By the type and the sides of its legs: consistent with a bullish reading.",
        "Confidence 0.27: +0.45 a ladder of an unusual amount; at most 0.85; times 0.6 for an "
        "inference.",
    ]


def test_four_strikes_in_words() -> None:
    four = found(structure_strikes=[1.0, 2.0, 3.0, 4.0], size_z=2.0, size_z_n=12)

    assert texts(judge_ladder(four, LABEL, PARAMS))[-1] == (
        "Confidence 0.55: +0.45 a ladder of an unusual amount, +0.05 4 strikes or more, +0.05 far "
        "above its baseline; at most 0.85."
    )
